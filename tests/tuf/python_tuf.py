"""Writes a repository with python-tuf, the reference implementation, into python_tuf.json: what it signs, a client has to read.

    pip install tuf==6.0.0 securesystemslib[crypto]
    python python_tuf.py

The keys are made anew and thrown away.
"""

import json
from datetime import datetime, timezone
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import (
    DelegatedRole, Delegations, Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp,
)
from tuf.api.serialization.json import JSONSerializer

# By path, as it stands in an address.
FILES = {}
EXPIRES = datetime(2126, 1, 1, tzinfo=timezone.utc)
# Indented and not: the bytes of a file say nothing about what was signed.
PRETTY, COMPACT = JSONSerializer(compact=False), JSONSerializer(compact=True)


def sign(signed, signers, name, serializer=PRETTY):
    metadata = Metadata(signed)
    for signer in signers:
        metadata.sign(signer, append=True)
    content = metadata.to_bytes(serializer)
    FILES[name] = content.decode()
    return content


def meta(version, content=None):
    if content is None:
        return MetaFile(version)
    return MetaFile(version, len(content), {"sha256": sha256(content).hexdigest()})


roots = [CryptoSigner.generate_ecdsa() for _ in range(3)]
next_root = CryptoSigner.generate_ed25519()
timestamp_key, snapshot_key = CryptoSigner.generate_ed25519(), CryptoSigner.generate_rsa()
targets_keys = [CryptoSigner.generate_rsa(), CryptoSigner.generate_ecdsa()]
bin_key, paths_key = CryptoSigner.generate_ed25519(), CryptoSigner.generate_ecdsa()

root = Root(version=1, expires=datetime(2022, 1, 1, tzinfo=timezone.utc), consistent_snapshot=True)
for signer in roots:
    root.add_key(signer.public_key, "root")
root.roles["root"].threshold = 2
root.add_key(timestamp_key.public_key, "timestamp")
root.add_key(snapshot_key.public_key, "snapshot")
for signer in targets_keys:
    root.add_key(signer.public_key, "targets")
root.roles["targets"].threshold = 2
sign(root, roots[:2], "1.root.json")
root.version, root.expires = 2, EXPIRES
root.revoke_key(roots[0].public_key.keyid, "root")
root.add_key(next_root.public_key, "root")
root.unrecognized_fields["note"] = "quotes \" and \\ and\nline feeds\tare written as they are; ünïcödé 😀 too"
sign(root, [roots[0], roots[1], next_root], "2.root.json", COMPACT)


def delegated(name, key, files, **paths):
    role = DelegatedRole(name, [key.public_key.keyid], 1, terminating=False, **paths)
    targets = Targets(version=1, expires=EXPIRES)
    for path, content in files.items():
        targets.targets[path] = TargetFile.from_data(path, content, ["sha256", "sha512"])
        folder, _, name_ = path.rpartition("/")
        FILES[quote(f"targets/{folder}/{sha256(content).hexdigest()}.{name_}".replace("//", "/"))] = content.decode()
    return role, targets


IN_BIN = b"listed by the bin that its hash falls into\n"
IN_PATHS = b"listed by the role that has its path\n"
TOP = b"listed by the top-level role\n"
prefix = sha256(b"in-a-bin.txt").hexdigest()[:2]
bin_role, bin_targets = delegated("bin", bin_key, {"in-a-bin.txt": IN_BIN}, path_hash_prefixes=["00", prefix])
paths_role, paths_targets = delegated("a role/with spaces", paths_key, {"docs/a file.txt": IN_PATHS}, paths=["docs/*.txt"])

_, targets = delegated("unused", bin_key, {"top.txt": TOP}, paths=[])
targets.version = 3
targets.targets["top.txt"].unrecognized_fields["custom"] = {"ß": [None, True, -1, {}], "\\": "\""}
targets.delegations = Delegations(
    {key.public_key.keyid: key.public_key for key in (bin_key, paths_key)},
    {role.name: role for role in (bin_role, paths_role)},
)
targets_bytes = sign(targets, targets_keys, "3.targets.json")
bin_bytes = sign(bin_targets, [bin_key], "1.bin.json", COMPACT)
sign(paths_targets, [paths_key], "1.a%20role%2Fwith%20spaces.json")

snapshot = Snapshot(version=7, expires=EXPIRES)
snapshot.meta = {
    "targets.json": meta(3, targets_bytes),
    "bin.json": meta(1, bin_bytes),
    "a role/with spaces.json": meta(1),
}
snapshot_bytes = sign(snapshot, [snapshot_key], "7.snapshot.json")
timestamp = Timestamp(version=9, expires=EXPIRES)
timestamp.snapshot_meta = meta(7, snapshot_bytes)
sign(timestamp, [timestamp_key], "timestamp.json")

Path(__file__).with_suffix(".json").write_text(json.dumps(FILES, indent=1, sort_keys=True) + "\n")
