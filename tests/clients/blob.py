"""An export as a blob of azurite, and two signed addresses of it: one that is good, and one that has ended.

Usage: blob.py PORT PEOPLE
"""

import base64
import hashlib
import hmac
import sys
import urllib.parse
import urllib.request

# What azurite's own documentation gives everybody.
ACCOUNT = "devstoreaccount1"
KEY = base64.b64decode("Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==")
VERSION = "2021-08-06"


def signature(rights, end):
    """An account SAS: https://learn.microsoft.com/rest/api/storageservices/create-account-sas"""
    signed = "\n".join([ACCOUNT, rights, "b", "sco", "", end, "", "", VERSION, "", ""])
    digest = hmac.new(KEY, signed.encode(), hashlib.sha256).digest()
    query = {"sv": VERSION, "ss": "b", "srt": "sco", "sp": rights, "se": end, "sig": base64.b64encode(digest).decode()}
    return urllib.parse.urlencode(query)


def main():
    port, people = int(sys.argv[1]), int(sys.argv[2])
    root = f"http://127.0.0.1:{port}/{ACCOUNT}/exports"
    writer = signature("rwdlac", "2099-01-01T00:00:00Z")

    def put(address, body=b"", **headers):
        urllib.request.urlopen(urllib.request.Request(f"{address}{writer}", body, headers, method="PUT"))

    rows = [f"{10_000 + n},p{n}@acme.example,Active" for n in range(people)]
    export = "\r\n".join(["Employee ID,Work Email,Status", *rows, ""]).encode()
    put(f"{root}?restype=container&")
    put(f"{root}/workers.csv?", export, **{"x-ms-blob-type": "BlockBlob", "Content-Type": "text/csv"})
    for end in ("2099-01-01T00:00:00Z", "2020-01-01T00:00:00Z"):
        print(f"{root}/workers.csv?{signature('r', end)}")


if __name__ == "__main__":
    main()
