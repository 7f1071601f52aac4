"""A meter store in an S3-compatible object store. There is no rename: an object appears whole when its upload ends.

Keys are named by digest and written once. Credentials come from where boto3 and Polars look for them by themselves
(environment, profile, instance role); an endpoint of its own is for stores other than AWS.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from metering.store.places import Entry

SCHEME = "s3://"
MADE_YOUNG_AFTER = timedelta(hours=1)  # far below the age at which the sweeper takes files
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "aws_access_key_id",
    "AWS_SECRET_ACCESS_KEY": "aws_secret_access_key",
    "AWS_SESSION_TOKEN": "aws_session_token",
}


class ObjectStore:
    """Files of one bucket below one prefix."""

    def __init__(self, url: str, *, endpoint: str = "") -> None:
        bucket, _, prefix = url.removeprefix(SCHEME).partition("/")
        self.bucket = bucket
        self.prefix = prefix.strip("/") + "/" if prefix.strip("/") else ""
        self.endpoint = endpoint
        self.region = (
            os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
        )
        self.client: Any = boto3.client(
            "s3",
            endpoint_url=endpoint or None,
            region_name=self.region,
            config=Config(retries={"max_attempts": 5, "mode": "standard"}),
        )

    @property
    def url(self) -> str:
        """The address as settings name it."""
        return f"{SCHEME}{self.bucket}/{self.prefix}"

    @property
    def storage_options(self) -> dict[str, str] | None:
        """Region, endpoint and, where the environment holds them, credentials."""
        options = {"aws_region": self.region}
        options |= {
            name: os.environ[variable]
            for variable, name in CREDENTIALS.items()
            if variable in os.environ
        }
        if self.endpoint:
            options |= {"aws_endpoint_url": self.endpoint, "aws_allow_http": "true"}
        return options

    def address(self, key: str) -> str:
        """The object as Polars names it."""
        return f"{SCHEME}{self.bucket}/{self.prefix}{key}"

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder of the operating system; a part must be whole before its digest, and so its key, is known."""
        with tempfile.TemporaryDirectory(prefix="meter-store-") as folder:
            yield Path(folder)

    def adopt(self, path: Path, key: str) -> bool:
        """Upload ``path`` as ``key`` unless it is there."""
        age = self._age(key)
        if age is None:
            # one request up to the multipart threshold; above it the object appears when the last piece is confirmed
            self.client.upload_file(str(path), self.bucket, self.prefix + key)
            return True
        if age > MADE_YOUNG_AFTER:
            self._make_young(key)
        return False

    def holds(self, key: str) -> bool:
        """Whether the object is there."""
        return self._age(key) is not None

    def content(self, key: str) -> bytes:
        """The bytes of a small object."""
        try:
            answer = self.client.get_object(Bucket=self.bucket, Key=self.prefix + key)
        except ClientError as error:
            if _is_missing(error):
                raise FileNotFoundError(self.address(key)) from error
            raise
        body: bytes = answer["Body"].read()
        return body

    def local(self, key: str, scratch: Path) -> Path:
        """A copy in ``scratch``."""
        path = scratch / Path(key).name
        self.client.download_file(self.bucket, self.prefix + key, str(path))
        return path

    def entries(self, prefix: str) -> Iterator[Entry]:
        """Every object below ``prefix``."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=self.prefix + prefix
        )
        for page in pages:
            for found in page.get("Contents", []):
                yield Entry(
                    found["Key"].removeprefix(self.prefix), found["Size"], found["LastModified"]
                )

    def remove(self, key: str) -> None:
        """Delete the object; S3 does not mind where there is none."""
        self.client.delete_object(Bucket=self.bucket, Key=self.prefix + key)

    def sweep_scratch(self, before: datetime) -> int:
        """Nothing is left behind in an object store."""
        return 0

    def _age(self, key: str) -> timedelta | None:
        try:
            head = self.client.head_object(Bucket=self.bucket, Key=self.prefix + key)
        except ClientError as error:
            if _is_missing(error):
                return None
            raise
        # the store's own clock on both sides: no clock of ours is compared with its
        now = parsedate_to_datetime(head["ResponseMetadata"]["HTTPHeaders"]["date"])
        modified_at: datetime = head["LastModified"]
        return now - modified_at

    def _make_young(self, key: str) -> None:
        self.client.copy_object(
            Bucket=self.bucket,
            Key=self.prefix + key,
            CopySource={"Bucket": self.bucket, "Key": self.prefix + key},
            MetadataDirective="REPLACE",
        )


def _is_missing(error: ClientError) -> bool:
    return bool(error.response["ResponseMetadata"]["HTTPStatusCode"] == 404)
