"""An S3-compatible bucket: the vault's ciphertext or backups; what it refuses is said in a sentence without its own words."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from adapters.storage import MARKER, UNSIGNED, StorageMissing, gone, good, others

KNOWN = {"endpoint", "region"}
# The library's own patience is three minutes for each call: a server that is away would look like one that hangs.
PATIENCE: Any = {"max_retries": 4, "retry_timeout": timedelta(seconds=30)}
GIVEN = ("AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
         "AWS_CONTAINER_CREDENTIALS_FULL_URI")  # fmt: skip
PIECE = 1 << 20


class NoBucket(StorageMissing):
    """The bucket can't be used; the message says why, and repeats nothing that the server said."""


class Bucket:
    """Objects in a bucket or under a prefix in it; credentials come from the usual AWS environment variables."""

    def __init__(self, url: str) -> None:
        from obstore.store import S3Store

        parts = urlsplit(url)
        query: dict[str, Any] = {
            name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()
        }
        if "@" in parts.netloc:
            raise NoBucket(
                "Credentials have no place in an address: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
            )
        if not parts.netloc or query.keys() - KNOWN:
            raise NoBucket(
                "The address of a bucket is s3://bucket/prefix?endpoint=https://server&region=name, the last three as needed."
            )
        server = query.get("endpoint") or os.environ.get("AWS_ENDPOINT_URL", "")
        if server and not any(map(os.environ.get, GIVEN)):
            # Without any the library would ask the network for some of a cloud's own.
            raise NoBucket(
                "There are no credentials for the bucket: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
            )
        self.name, self.server = parts.netloc, urlsplit(server).netloc.rpartition("@")[2] or "AWS"
        if server.startswith("http://"):
            query["client_options"] = {"allow_http": True, "connect_timeout": "10s"}
        self.store = S3Store(
            parts.netloc, prefix=parts.path.strip("/") or None, retry_config=PATIENCE, **query
        )

    @contextmanager
    def asked(self) -> Iterator[None]:
        """NoBucket for what is wrong with the bucket, its server or the credentials; a missing object passes."""
        from obstore.exceptions import AlreadyExistsError, BaseError

        try:
            yield
        except FileNotFoundError as error:
            if "NoSuchBucket" in str(error):
                raise NoBucket(self._why(str(error))) from None
            raise
        except FileExistsError:
            raise
        except AlreadyExistsError as error:
            raise FileExistsError("there is such an object already") from error
        except BaseError as error:
            # Not chained: servers repeat keys and signed headers in what they answer.
            raise NoBucket(self._why(str(error))) from None

    def _why(self, said: str) -> str:
        found = re.search(r"status code: (\d{3})", said)
        status, bucket = found[1] if found else "", f"the bucket {self.name} at {self.server}"
        if "NoSuchBucket" in said:
            return f"There is no bucket {self.name} at {self.server}. Create it, or mend the address."
        if status in ("401", "403"):
            return (
                f"{self.server} refuses these credentials for the bucket {self.name}. Look at AWS_ACCESS_KEY_ID, "
                "AWS_SECRET_ACCESS_KEY, the region, and what they may do there."
            )
        if status:
            return f"{bucket[0].upper()}{bucket[1:]} answers with an error ({status}). Try again later, or ask who runs it."
        return f"{bucket[0].upper()}{bucket[1:]} does not answer. Is the server up, and its address right?"

    def stage(self) -> BucketStaged:
        """Begin an object."""
        return BucketStaged(self)

    def send(self, name: str, data: Any, *, replace: bool = True) -> None:
        """Keep these bytes (a file, or pieces) under the name; it appears when it is whole. FileExistsError when taken."""
        import obstore

        with self.asked():
            obstore.put(self.store, good(name), data, mode="overwrite" if replace else "create")

    def read(self, name: str, start: int = 0, end: int | None = None) -> bytes:
        """The bytes from start to before end; FileNotFoundError when there is no such name."""
        import obstore

        with self.asked():
            if start == 0 and end is None:
                return bytes(obstore.get(self.store, good(name)).bytes())
            last = self.size(name) if end is None else end
            return bytes(obstore.get_range(self.store, good(name), start=start, end=last))

    def pieces(self, name: str) -> Iterator[bytes]:
        """The bytes, a piece at a time; FileNotFoundError when there are none."""
        import obstore

        with self.asked():
            for piece in obstore.get(self.store, good(name)).stream(min_chunk_size=PIECE):
                yield bytes(piece)

    def size(self, name: str) -> int:
        """Bytes stored under the name."""
        import obstore

        with self.asked():
            return int(obstore.head(self.store, good(name))["size"])

    def exists(self, name: str) -> bool:
        """Whether there is such a name."""
        try:
            self.size(name)
        except FileNotFoundError:
            return False
        return True

    def delete(self, name: str) -> None:
        """Take it away; twice does no harm."""
        import obstore

        with self.asked():
            obstore.delete(self.store, good(name))

    def names(self, prefix: str = "") -> Iterator[str]:
        """Every name that begins so."""
        import obstore

        folder = (prefix or "objects/").rpartition("/")[0]
        with self.asked():
            for page in obstore.list(self.store, prefix=f"{folder}/"):
                yield from (item["path"] for item in page if item["path"].startswith(prefix))

    def sweep(self, before: float) -> int:
        """Nothing lies half-written in a bucket: an object is there whole or not at all."""
        return 0

    def found(self, mark: str) -> None:
        """Make the bucket ours: once, before there is a library. StorageMissing where somebody else's lies."""
        if self.is_marked() or next(iter(self.names()), None) is not None:
            self.check(mark)
            return
        self._mark(mark)

    def _mark(self, mark: str) -> None:
        self.send(MARKER, f"{mark}\n".encode())

    def check(self, mark: str) -> None:
        """Raise StorageMissing unless this is this library's bucket."""
        if not self.is_marked():
            raise StorageMissing(gone("The bucket"))
        found = self.read(MARKER).decode().strip()
        if found == UNSIGNED:
            self._mark(mark)
        elif found != mark:
            raise StorageMissing(others("The bucket"))

    def is_marked(self) -> bool:
        """Whether some library's marker lies here."""
        return self.exists(MARKER)

    def free(self) -> int | None:
        """Nobody can say how much a bucket still takes."""
        return None


class BucketStaged:
    """Ciphertext gathered in an unnamed file and sent whole when committed."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket, self.file = bucket, tempfile.TemporaryFile()  # noqa: SIM115 - closed by commit or abort

    def write(self, data: bytes) -> None:
        """Add bytes (ciphertext only ever reaches this file)."""
        self.file.write(data)

    def commit(self, name: str, *, replace: bool = False) -> None:
        """Send it; FileExistsError when taken and not to be replaced."""
        self.file.seek(0)
        self.bucket.send(name, self.file, replace=replace)
        self.file.close()

    def abort(self) -> None:
        """Leave nothing behind."""
        self.file.close()


class InBucket:
    """A bucket or a prefix in one, as the place of backups."""

    incremental = True

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket

    def put(self, name: str, data: Iterable[bytes], size: int) -> None:
        """Keep these bytes under the name, in place of what was there."""
        self.bucket.send(name, iter(data))

    def read(self, name: str) -> Iterator[bytes]:
        """The bytes, a piece at a time; FileNotFoundError when there are none."""
        return self.bucket.pieces(name)

    def size(self, name: str) -> int | None:
        """How many bytes, or None when there is no such name."""
        try:
            return self.bucket.size(name)
        except FileNotFoundError:
            return None

    def names(self, folder: str) -> list[str]:
        """The names in a folder of the place, sorted."""
        return sorted(self.bucket.names(f"{folder}/"))

    def delete(self, name: str) -> None:
        """Take it away; twice does no harm."""
        if self.size(name) is not None:
            self.bucket.delete(name)
