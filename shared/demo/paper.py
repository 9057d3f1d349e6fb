"""Papers that people hand in."""

from typing import Final

_HEAD: Final = b"%PDF-1.4\n"


def paper(title: str) -> bytes:
    """A small PDF. Its title is in the document information; the page itself is blank, so that it needs no Chinese font."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        b"<</Title<" + ("\ufeff" + title).encode("utf-16-be").hex().encode() + b">>>",
    ]
    body, places = _HEAD, []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer<</Size %d/Root 1 0 R/Info 4 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + trailer
