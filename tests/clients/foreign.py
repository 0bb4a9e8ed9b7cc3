"""Other people's clients against the sandbox, unchanged: pydomo for v1, scim2-tester for SCIM.

Usage: foreign.py HOST:PORT SCIM_URL CLIENT_ID CLIENT_SECRET SCIM_TOKEN

Prints one line for each thing that was tried; exits with 1 when one of them went wrong.
"""

import sys
import uuid

import httpx2
from pydomo import Domo
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server


def pydomo(host, client_id, client_secret):
    """Lists, creates, updates and deletes users; makes a group, fills it, empties it."""
    domo = Domo(client_id, client_secret, api_host=host, use_https=False)

    before = domo.users_list()
    yield "lists users", len(before) > 0 and before["id"].is_unique

    email = f"{uuid.uuid4()}@acme.example"
    created = domo.users_add("Ada Byron", email, "Participant", x_sendInvite=False)
    yield "creates a user", created["email"] == email and isinstance(created["id"], int)
    user = domo.users_get(created["id"])
    yield "gets a user", user["name"] == "Ada Byron"

    domo.users_update(user["id"], {**user, "name": "Ada Lovelace", "title": "Analyst"})
    updated = domo.users_get(user["id"])
    yield "updates a user", (updated["name"], updated["title"], updated["email"]) == ("Ada Lovelace", "Analyst", email)

    group = domo.groups_create("Foreign clients", [user["id"]])
    yield "creates a group with a member", domo.groups_list_users(group["id"]) == [user["id"]]
    yield "lists groups", group["id"] in list(domo.groups_list()["id"])
    domo.groups.update(group["id"], {"name": "Renamed", "active": True})
    yield "renames a group", domo.groups_get(group["id"])["name"] == "Renamed"
    domo.groups_remove_users(group["id"], user["id"])
    yield "empties a group", domo.groups_list_users(group["id"]) == []
    domo.groups_delete(group["id"])
    yield "deletes a group", len(domo.groups_list()) == 0 or group["id"] not in list(domo.groups_list()["id"])

    domo.users_delete(user["id"])
    after = domo.users_list()
    yield "deletes a user", sorted(after["id"]) == sorted(before["id"])


def scim(url, token):
    """Everything scim2-tester knows to ask for."""
    http = httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {token}"})
    for result in check_server(SyncSCIMClient(http)):
        if result.status != Status.SKIPPED:
            reason = "" if result.status == Status.SUCCESS else f": {result.reason}"
            yield f"{result.title}{reason}", result.status == Status.SUCCESS


def main():
    host, scim_url, client_id, client_secret, scim_token = sys.argv[1:]
    tried = failed = 0
    runs = [("pydomo", pydomo(host, client_id, client_secret)), ("scim2-tester", scim(scim_url, scim_token))]
    for client, steps in runs:
        for step, fine in steps:
            tried += 1
            failed += not fine
            print(f"{'ok' if fine else 'FAILED':6} {client}: {step}")
    print(f"{tried} tried, {failed} failed")
    return 1 if failed or tried == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
