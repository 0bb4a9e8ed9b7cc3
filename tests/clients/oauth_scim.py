"""Two servers of others on one port: canaille, which gives out tokens, and scim2-server, which lets in whoever has one of them.

Usage: oauth_scim.py PORT PEOPLE. The client `audit` has the secret `audit-secret`. Prints `ready`, and serves until it is ended.
"""

import datetime
import os
import sys
import uuid
import wsgiref.simple_server

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from scim2_models import ScimProvider, UnauthorizedException
from scim2_server.memory import InMemoryStorage
from scim2_server.testserver.application import BearerTokenApplication
from scim2_server.utils import load_default_resource_types, load_default_schemas, load_default_service_provider_config
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client


def authorization_server(port):
    """canaille with one client, in memory."""
    app = create_app(
        config={
            "TESTING": True,
            "ENV_FILE": None,
            "SECRET_KEY": str(uuid.uuid4()),
            "PREFERRED_URL_SCHEME": "http",
            "SERVER_NAME": f"127.0.0.1:{port}",
            "CANAILLE": {"DATABASE": "memory", "JAVASCRIPT": False},
            "CANAILLE_OIDC": {},
        }
    )
    with app.app_context():
        client = models.Client(
            client_id="audit",
            client_name="audit",
            client_secret="audit-secret",
            grant_types=["client_credentials"],
            token_endpoint_auth_method="client_secret_basic",
            client_id_issued_at=datetime.datetime.now(datetime.UTC),
            scope=["profile"],
        )
        Backend.instance.save(client)
        client.audience = [client]
        Backend.instance.save(client)
    return app


class Guarded(BearerTokenApplication):
    """A SCIM server that asks canaille whose token it is."""

    canaille = None

    def check_auth(self, request):
        scheme, _, token = (request.header("Authorization") or "").partition(" ")
        if scheme == "Bearer" and token in self.bearer_tokens:
            return
        with self.canaille.app_context():
            known = scheme == "Bearer" and Backend.instance.get(models.Token, access_token=token)
        if not known:
            raise UnauthorizedException


def scim_server(canaille, people):
    """scim2-server with so many people, a seventh of them switched off."""
    config = load_default_service_provider_config()
    provider = ScimProvider.from_discovery(
        load_default_schemas().values(), load_default_resource_types().values(), config=config
    )
    seed = str(uuid.uuid4())
    app = Guarded(InMemoryStorage(), provider, bearer_tokens=[seed])
    app.canaille = canaille
    for n in range(people):
        address = f"p{n}@acme.example"
        user = {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": address,
            "name": {"givenName": "Zoë", "familyName": f"Number{n}"},
            "emails": [{"value": address, "primary": True}],
            "active": n % 7 != 0,
        }
        made = Client(app).post(
            "/Users", json=user, content_type="application/scim+json", headers={"Authorization": f"Bearer {seed}"}
        )
        assert made.status_code == 201, made.text
    app.bearer_tokens.clear()
    return app


class Silent(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *said):
        pass


def main():
    port, people = int(sys.argv[1]), int(sys.argv[2])
    canaille = authorization_server(port)
    both = DispatcherMiddleware(canaille, {"/scim-of-others": scim_server(canaille, people)})
    server = wsgiref.simple_server.make_server("127.0.0.1", port, both, handler_class=Silent)
    print("ready", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
