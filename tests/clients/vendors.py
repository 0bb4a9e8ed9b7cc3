"""The vendors' own clients, unchanged, against the sandbox's directories: Microsoft Graph's, Okta's and Google's SDK for Python.

Usage: vendors.py URL CLIENT_ID CLIENT_SECRET TOKEN KEY_FILE PEOPLE

Each lists everybody page by page, as its vendor's documents show it. Prints one line for each; exits with 1 when one of them went wrong.
"""

import asyncio
import json
import os
import sys
import urllib.parse
import urllib.request


async def graph(url, client_id, client_secret):
    """msgraph-sdk: every page of /users, with fields chosen."""
    from kiota_abstractions.authentication import AccessTokenProvider, AllowedHostsValidator, BaseBearerTokenAuthenticationProvider
    from msgraph import GraphRequestAdapter, GraphServiceClient
    from msgraph.generated.users.users_request_builder import UsersRequestBuilder

    class Token(AccessTokenProvider):
        async def get_authorization_token(self, uri, additional_authentication_context={}):
            form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
            answer = urllib.request.urlopen(f"{url}/graph/acme/oauth2/v2.0/token", urllib.parse.urlencode(form).encode())
            return json.load(answer)["access_token"]

        def get_allowed_hosts_validator(self):
            return AllowedHostsValidator(["127.0.0.1"])

    adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(Token()))
    adapter.base_url = f"{url}/graph/v1.0"
    client = GraphServiceClient(request_adapter=adapter)
    query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(select=["id", "mail", "displayName", "accountEnabled"], top=100)
    configuration = UsersRequestBuilder.UsersRequestBuilderGetRequestConfiguration(query_parameters=query)
    page = await client.users.get(request_configuration=configuration)
    users = list(page.value)
    while page.odata_next_link:
        page = await client.users.with_url(page.odata_next_link).get()
        users.extend(page.value)
    return {user.id for user in users}, sum(user.account_enabled is False for user in users)


async def okta(url, token):
    """okta: the plain list, then those who were deprovisioned, which it leaves out."""
    from okta.client import Client

    # Its own switch for tests, which it takes from the environment only.
    os.environ["OKTA_TESTING_TESTINGDISABLEHTTPSCHECK"] = "true"
    client = Client({"orgUrl": f"{url}/okta", "token": token})
    ids, left = set(), 0
    for filters in ({}, {"filter": 'status eq "DEPROVISIONED"'}):
        after = {}
        while after is not None:
            users, answer, error = await client.list_users({"limit": "100", **filters, **after})
            if error:
                raise RuntimeError(error)
            ids.update(user.id for user in users)
            left += len(users) if filters else 0
            # Its own `next()` cannot read what it gets; where the next page is, it knows.
            query = urllib.parse.urlparse(answer._next or "").query
            after = {"after": urllib.parse.parse_qs(query)["after"][0]} if answer.has_next() else None
    return ids, left


async def google(url, key_file):
    """google-api-python-client: a service account's own key, and every page of the users."""
    from google.oauth2 import service_account
    from googleapiclient.discovery import build

    key = json.load(open(key_file))
    key.setdefault("token_uri", f"{url}/google/token")
    scopes = ["https://www.googleapis.com/auth/admin.directory.user.readonly"]
    credentials = service_account.Credentials.from_service_account_info(key, scopes=scopes)
    options = {"api_endpoint": f"{url}/google"}
    service = build("admin", "directory_v1", credentials=credentials, client_options=options, cache_discovery=False)
    users, request = [], service.users().list(customer="my_customer", maxResults=100)
    while request is not None:
        answer = request.execute()
        users.extend(answer.get("users", []))
        request = service.users().list_next(request, answer)
    return {user["id"] for user in users}, sum(user["suspended"] for user in users)


async def main():
    url, client_id, client_secret, token, key_file, people = sys.argv[1:]
    failed = 0
    for name, listed in [
        ("msgraph-sdk", graph(url, client_id, client_secret)),
        ("okta", okta(url, token)),
        ("google-api-python-client", google(url, key_file)),
    ]:
        try:
            ids, left = await listed
            fine, said = len(ids) == int(people) and left > 0, f"{len(ids)} people, {left} of them switched off"
        except Exception as error:  # noqa: BLE001: whatever a client of others says is worth a line
            fine, said = False, f"{type(error).__name__}: {error}"
        failed += not fine
        print(f"{'ok' if fine else 'FAILED':6} {name}: {said}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
