"""A thin client of udata, the software of data.gouv.fr: one method for each call the exporter makes, nothing retried.

Each call ends in one of three ways: an answer, a refusal (the platform said no: nothing was written), or an unknown
outcome (a 5xx, a lost or unreadable answer: a write may have gone through, only reading again can tell). Messages of
the platform are localized: they are never read, only the names of the fields it refuses are.
"""

import json
import re
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import requests

from warehouse.model.errors import ConfigurationError, ServiceError

PRODUCTION = "https://www.data.gouv.fr"
# Above this size a file is sent in parts: a lost answer then costs a part, not the whole, and memory holds one part.
CHUNKED_ABOVE_BYTES = 16 * 1024 * 1024
CHUNK_BYTES = 8 * 1024 * 1024
# The answer about a dataset of a thousand resources weighs 2 MB.
ANSWER_BYTES = 32 * 1024 * 1024
CONNECT_SECONDS, READ_SECONDS, ANSWER_SECONDS = 10.0, 120.0, 600.0
LOOPBACK = ("localhost", "127.0.0.1", "::1")
PAGE_SIZE = 50
_KEY = re.compile(r"[\x21-\x7e]{8,1024}")

Json = dict[str, Any]
# Called with the bytes sent so far of a file, and its size.
Progress = Callable[[int, int], None]


class PlatformError(ServiceError):
    """The platform could not be used; the text names the call, never the key."""


class RefusedError(PlatformError):
    """The platform said no (4xx): nothing was written. `fields` are the names of the fields it refuses."""

    def __init__(self, message: str, status: int, fields: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.fields = tuple(fields)


class KeyRefusedError(RefusedError):
    """The API key is unknown, expired, revoked (401), or has no right on this (403)."""

    exit_status: ClassVar[int] = ConfigurationError.exit_status


class AbsentError(RefusedError):
    """No such thing on the platform (404), or deleted from it (410)."""


class ReadOnlyError(RefusedError):
    """The platform accepts no writing for now (423)."""


class RateLimitedError(RefusedError):
    """Too many calls (429); `retry_after_seconds` is what the platform asks to wait, None when it does not say."""

    def __init__(self, message: str, retry_after_seconds: float | None) -> None:
        super().__init__(message, 429)
        self.retry_after_seconds = retry_after_seconds


class UnknownOutcomeError(PlatformError):
    """A 5xx, a lost or unreadable answer: what was asked may have been done, only reading again can tell."""


class UnreachableError(UnknownOutcomeError):
    """Nothing answers at this address."""


def site_url(base_url: str) -> str:
    """The address of a platform, without the slash or the path of the API that a person may have written.

    Raises:
        ConfigurationError: not an http(s) address, or one where the key would travel in clear.
    """
    text = base_url.strip().rstrip("/").removesuffix("/api/1").rstrip("/")
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or parts.username:
        raise ConfigurationError(f"Adresse de plateforme illisible : « {base_url} ». Attendu : {PRODUCTION}.")
    if parts.scheme == "http" and host not in LOOPBACK:
        raise ConfigurationError(f"« {base_url} » : la clé y passerait en clair. Attendu : une adresse en https.")
    return text


@dataclass(frozen=True)
class ApiKey:
    """A key of the platform, which no representation shows.

    Raises:
        ConfigurationError: it has characters no key has, for instance the line end of its file.
    """

    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what cannot be a key before it reaches a header, and an error about that header."""
        if not _KEY.fullmatch(self.secret):
            raise ConfigurationError(
                "La clé d'API n'a pas la forme attendue : 8 caractères imprimables ou plus, sans espace."
            )


def _no_authentication(request: requests.PreparedRequest) -> requests.PreparedRequest:
    # Without an `auth` of its own, requests looks for a password of this host in ~/.netrc, and sends it.
    return request


class DataGouv:
    """The API of one platform, with a key; `base_url` is that of the site, for instance `https://demo.data.gouv.fr`."""

    def __init__(self, base_url: str, key: ApiKey) -> None:
        self.base_url = site_url(base_url)
        self.api = f"{self.base_url}/api/1"
        self._session = requests.Session()
        self._session.auth = _no_authentication
        self._session.headers["Accept"] = "application/json"
        self._key = key

    def me(self) -> Json:
        """The user of the key."""
        return self._object("GET", "/me/")

    def organization(self, organization: str) -> Json:
        """An organization, by its id or slug."""
        return self._object("GET", f"/organizations/{_segment(organization)}/")

    def licenses(self) -> list[str]:
        """The codes of the licences the platform knows."""
        return [str(item["id"]) for item in self._list("/datasets/licenses/") if _has_id(item)]

    def frequencies(self) -> list[str]:
        """The codes of the frequencies the platform knows."""
        return [str(item["id"]) for item in self._list("/datasets/frequencies/") if _has_id(item)]

    def extensions(self) -> list[str]:
        """The extensions of the files the platform accepts."""
        return [str(item) for item in self._list("/datasets/extensions/")]

    def has_zone(self, zone: str) -> bool:
        """Whether the platform knows a territory, for instance `country:fr`."""
        try:
            self._call("GET", f"/spatial/zone/{zone}/")
        except AbsentError:
            return False
        return True

    def dataset(self, dataset_id: str) -> Json:
        """A dataset with all its resources.

        Raises:
            AbsentError: there is none, or it was deleted.
        """
        found = self._object("GET", f"/datasets/{_segment(dataset_id)}/")
        if found.get("deleted"):
            raise AbsentError(f"Le jeu de données {dataset_id} a été supprimé de {self.base_url}.", 410)
        resources = found.get("resources")
        if not isinstance(resources, list) or not all(_has_id(each) for each in (found, *resources)):
            raise UnknownOutcomeError(f"Jeu de données {dataset_id} : réponse inattendue de {self.base_url}.")
        return found

    def datasets(self, organization: str) -> Iterator[Json]:
        """The datasets of an organization that are not deleted, private ones included when the key sees them."""
        page = 1
        while True:
            answer = self._object(
                "GET",
                f"/organizations/{_segment(organization)}/datasets/",
                params={"page": page, "page_size": PAGE_SIZE},
            )
            items = answer.get("data")
            if not isinstance(items, list) or not all(_has_id(item) for item in items):
                raise UnknownOutcomeError(f"Organisation {organization} : réponse inattendue de {self.base_url}.")
            yield from (item for item in items if not item.get("deleted"))
            if not answer.get("next_page"):
                return
            page += 1

    def create(self, body: Json) -> Json:
        """Create a dataset."""
        return self._object("POST", "/datasets/", json=body)

    def update(self, dataset_id: str, body: Json) -> Json:
        """Write the metadata of a dataset; what `body` leaves out may be erased, and `resources` must be left out."""
        return self._object("PUT", f"/datasets/{_segment(dataset_id)}/", json=body)

    def describe(self, dataset_id: str, resource_id: str, body: Json) -> Json:
        """Write the metadata of a resource."""
        path = f"/datasets/{_segment(dataset_id)}/resources/{_segment(resource_id)}/"
        return self._object("PUT", path, json=body)

    def reorder(self, dataset_id: str, resource_ids: Sequence[str]) -> None:
        """Put every resource of a dataset in an order."""
        self._call("PUT", f"/datasets/{_segment(dataset_id)}/resources/", json=[{"id": each} for each in resource_ids])

    def upload(
        self,
        dataset_id: str,
        path: Path,
        name: str,
        *,
        resource_id: str | None = None,
        chunked_above_bytes: int = CHUNKED_ABOVE_BYTES,
        chunk_bytes: int = CHUNK_BYTES,
        progress: Progress | None = None,
    ) -> Json:
        """Send a file as a new resource, or in place of that of `resource_id`, whose title becomes the file's name.

        Args:
            dataset_id: the dataset.
            path: the file.
            name: the name the platform keeps, with its extension.
            resource_id: the resource whose file is replaced.
            chunked_above_bytes: size above which the file is sent in parts. A part is never sent twice: the platform
                would fail; after an unknown outcome, call again and the whole is sent under another identifier.
            chunk_bytes: size of a part.
            progress: called with the bytes sent and the size.
        """
        target = f"/datasets/{_segment(dataset_id)}/"
        target += f"resources/{_segment(resource_id)}/upload/" if resource_id else "upload/"
        size = path.stat().st_size
        report = progress or (lambda _sent, _size: None)
        if size <= chunked_above_bytes:
            answer = self._object("POST", target, files={"file": (name, path.read_bytes())})
            report(size, size)
            return answer
        parts = -(-size // chunk_bytes)
        common = {"uuid": str(uuid.uuid4()), "filename": name, "totalparts": parts}
        with path.open("rb") as stream:
            for index in range(parts):
                part = stream.read(chunk_bytes)
                fields = {**common, "partindex": index, "chunksize": len(part)}
                stored = self._object("POST", target, data=fields, files={"file": (name, part)})
                if not stored.get("success"):
                    raise UnknownOutcomeError(f"{name} : la plateforme n'a pas gardé la partie {index + 1}/{parts}.")
                report(stream.tell(), size)
        return self._object("POST", target, data=common)

    def latest_sha256(self, latest: str, size_bytes: int) -> str:
        """The SHA-256 of what a reader gets at the permanent address of a resource, read without the key.

        Args:
            latest: the address, on this platform; it may redirect elsewhere.
            size_bytes: of the expected file; reading stops beyond.
        """
        if not latest.startswith(f"{self.base_url}/"):
            # Behind a reverse proxy the platform names itself otherwise: ask the address we were given.
            latest = self.base_url + urlsplit(latest).path
        digest = sha256()
        seen = 0
        with _transport("GET", latest):
            answer = requests.get(latest, stream=True, timeout=(CONNECT_SECONDS, READ_SECONDS))
            with answer:
                self._verify(answer, "GET", latest)
                for block in answer.iter_content(1 << 20):
                    digest.update(block)
                    seen += len(block)
                    if seen > size_bytes:
                        break
        return digest.hexdigest()

    def _list(self, path: str) -> list[Any]:
        answer = self._call("GET", path)
        if not isinstance(answer, list):
            raise UnknownOutcomeError(f"GET {path} : réponse inattendue de {self.base_url}.")
        return answer

    def _object(self, method: str, path: str, **arguments: Any) -> Json:
        answer = self._call(method, path, **arguments)
        if not isinstance(answer, dict):
            raise UnknownOutcomeError(f"{method} {path} : réponse inattendue de {self.base_url}.")
        return answer

    def _call(self, method: str, path: str, **arguments: Any) -> Any:
        url = self.api + path
        with _transport(method, url):
            # A redirection would carry the key to whoever it names, or turn a POST into a GET.
            answer = self._session.request(
                method,
                url,
                headers={"X-API-KEY": self._key.secret},
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
                **arguments,
            )
            with answer:
                self._verify(answer, method, url)
                content = _bounded(answer, f"{method} {url}")
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as error:
            raise UnknownOutcomeError(f"{method} {url} : la réponse n'est pas du JSON.") from error

    def _verify(self, answer: requests.Response, method: str, url: str) -> None:
        """Raise what the status of an answer means, other than done."""
        status = answer.status_code
        call = f"{method} {url}"
        if status < 300:
            return
        if status >= 500:
            raise UnknownOutcomeError(f"{call} : la plateforme est en échec ({status}).")
        if status == 429:
            raise RateLimitedError(f"{call} : trop d'appels à la plateforme (429).", _retry_after(answer.headers))
        if status in (401, 403):
            what = (
                "la clé d'API est refusée : inconnue, expirée ou révoquée"
                if status == 401
                else "la clé n'a pas ce droit"
            )
            raise KeyRefusedError(f"{call} : {what} ({status}).", status)
        if status in (404, 410):
            raise AbsentError(f"{call} : {'supprimé de' if status == 410 else 'inconnu de'} la plateforme.", status)
        if status == 423:
            raise ReadOnlyError(f"{call} : la plateforme est en lecture seule (423). Relancer plus tard.", status)
        fields = _refused_fields(answer)
        named = f" Champs refusés : {', '.join(fields)}." if fields else ""
        raise RefusedError(f"{call} : refusé par la plateforme ({status}).{named}", status, fields)


class _transport:  # noqa: N801  # a context manager, read as a verb
    """Turn what the network does into an unknown outcome."""

    def __init__(self, method: str, url: str) -> None:
        self._call = f"{method} {url}"

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Name the call; the text of the exception may quote headers, and is left out."""
        if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.ConnectionError):
            raise UnreachableError(f"{self._call} : pas de réponse (connexion refusée ou coupée).") from error
        if isinstance(error, requests.exceptions.Timeout):
            raise UnknownOutcomeError(f"{self._call} : pas de réponse à temps.") from error
        if isinstance(error, requests.exceptions.RequestException):
            raise UnknownOutcomeError(f"{self._call} : réponse coupée ou illisible.") from error


def _bounded(answer: requests.Response, call: str) -> bytes:
    """The body of an answer, that neither its size nor its slowness can make endless."""
    content = bytearray()
    deadline = time.monotonic() + ANSWER_SECONDS
    for block in answer.iter_content(1 << 16):
        content += block
        if len(content) > ANSWER_BYTES or time.monotonic() > deadline:
            raise UnknownOutcomeError(f"{call} : réponse trop longue, au-delà de {ANSWER_BYTES} octets.")
    return bytes(content)


def _refused_fields(answer: requests.Response) -> list[str]:
    """The names of the fields a 400 refuses, none when it does not say."""
    try:
        document = json.loads(_bounded(answer, "refus"))
    except (ValueError, RecursionError, UnknownOutcomeError, requests.exceptions.RequestException):
        return []
    errors = document.get("errors") if isinstance(document, dict) else None
    return sorted(re.sub(r"[^\w.\-]", "?", str(name))[:80] for name in errors) if isinstance(errors, dict) else []


def _has_id(document: object) -> bool:
    return isinstance(document, dict) and isinstance(document.get("id"), str)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    text = headers.get("Retry-After", "").strip()
    return float(text) if re.fullmatch(r"\d{1,9}", text) else None


def _segment(identifier: str) -> str:
    """An identifier that is one segment of a path.

    Raises:
        ConfigurationError: it has characters that no id nor slug has.
    """
    if not re.fullmatch(r"[\w\-]{1,300}", identifier):
        raise ConfigurationError(f"« {identifier} » n'est pas un identifiant de la plateforme.")
    return identifier
