"""What the public gets to read beyond the notices that appear by themselves: prepared by one person, released by another."""

from typing import Any

from shared.demo.stage import Stage


def release(stage: Stage, kind: str, *, on: str, expected: int = 1) -> None:
    """Prepare and release what waits under a kind, once it has arrived."""
    editor, publisher = stage.desk("disclosure", "editor"), stage.desk("disclosure", "publisher")

    def waiting() -> list[dict[str, Any]] | None:
        items = list(editor.every("/api/v1/publications", status="waiting", kind=kind))
        return items if len(items) >= expected else None

    for item in stage.until(f"待公开：{kind}", waiting):
        editor.post(f"/api/v1/publications/{item['id']}/preparation", {}, on=on)
        released = publisher.post(f"/api/v1/publications/{item['id']}/release", {}, on=on)
        stage.tell(on, "信息公开", f"公开《{item['title']}》 {released['path']}")
