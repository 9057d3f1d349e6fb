"""A real identity provider as a process of its own: Canaille, in memory, with two people and one client.

python -m tests.service.kernel.identity_provider PORT REDIRECT_URI      prints one line when it listens
"""

import datetime
import os
import sys
import wsgiref.simple_server
from typing import Any

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from canaille.backends.memory.backend import MemoryBackend
from joserfc.jwk import RSAKey

CLIENT, SECRET = "qiao-intake", "a-secret-of-the-tests-0123456789"
PASSWORD = "Huangshi-2016!"
QUERY_ANY = MemoryBackend.do_query
PEOPLE = {"liu": ["qiao-clerks"], "zhao": []}


class Quiet(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Its lines are nobody's."""


def query_all(self: MemoryBackend, model: type, *_: Any, **filters: Any) -> list[Any]:
    """What fits every filter. Canaille's own takes what fits any, and so redeems another code of the client than the one given."""
    queries = [{name: value} for name, value in filters.items()] or [{}]
    fitting = [{each.id: each for each in QUERY_ANY(self, model, **query)} for query in queries]
    return [each for each in fitting[0].values() if all(each.id in others for others in fitting)]


def configuration(port: int) -> dict[str, Any]:
    return {
        "SECRET_KEY": os.urandom(16).hex(),
        "WTF_CSRF_ENABLED": False,
        "ENV_FILE": None,
        "PREFERRED_URL_SCHEME": "http",
        "SERVER_NAME": f"localhost:{port}",
        "CANAILLE": {"DATABASE": "memory", "JAVASCRIPT": False, "ACL": {"DEFAULT": {"PERMISSIONS": ["use_oidc"]}}},
        "CANAILLE_OIDC": {"ACTIVE_JWKS": [RSAKey.generate_key(2048, auto_kid=True).as_dict(private=True)]},
    }


def main(port: str, redirect_uri: str) -> None:
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    MemoryBackend.do_query = query_all
    app = create_app(config=configuration(int(port)))
    now = datetime.datetime.now(datetime.UTC)
    with app.app_context():
        people = {}
        for account in PEOPLE:
            user = models.User(user_name=account, formatted_name=f"{account} 某", family_name=account, emails=[f"{account}@example.org"])
            user.password = PASSWORD
            Backend.instance.save(user)
            people[account] = user
        for group in {group for groups in PEOPLE.values() for group in groups}:
            members = [people[account] for account, groups in PEOPLE.items() if group in groups]
            Backend.instance.save(models.Group(display_name=group, members=members))
        client = models.Client(
            client_id=CLIENT,
            client_secret=SECRET,
            client_name="Qiao",
            client_id_issued_at=now,
            redirect_uris=[redirect_uri],
            post_logout_redirect_uris=[redirect_uri.replace("sign-on/back", "sign-in/")],
            grant_types=["authorization_code"],
            response_types=["code"],
            scope=["openid", "profile", "groups"],
            token_endpoint_auth_method="client_secret_basic",
        )
        Backend.instance.save(client)
        Backend.instance.update(client, audience=[client])
        Backend.instance.save(client)
        for user in people.values():
            Backend.instance.save(
                models.Consent(consent_id=user.user_name, client=client, subject=user, scope=client.scope, issue_date=now)
            )
    server = wsgiref.simple_server.make_server("localhost", int(port), app, handler_class=Quiet)
    print("listening", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
