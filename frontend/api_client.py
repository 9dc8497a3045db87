"""The typed client of the HTTP API. Every failure is an `ApiProblem` or an `ApiUnavailable`."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx

from frontend.access_api import AccessApi
from frontend.api_answers import read_capabilities, read_image, read_job
from frontend.api_types import Capabilities, DraftsRequest, Image, Job, RestyleRequest
from frontend.branding_api import BrandingApi
from frontend.datasets_api import DatasetsApi
from frontend.gallery_api import GalleryApi
from frontend.json_fields import as_mapping, text
from frontend.logs_api import LogsApi
from frontend.loras_api import LorasApi
from frontend.models_api import ModelsApi
from frontend.training_api import TrainingApi
from frontend.transport import (
    ApiProblem,
    Transport,
    as_picture,
    own_path,
    safe_id,
    understood,
)


class LogoApi:
    """The whole API at one address. Safe for several threads; every call may raise ApiError.

    Attributes:
        gallery: everything that was made.
        datasets: data sets and their analysis.
        models: the models, their curves and figures.
        loras: adapters.
        training: training adapters.
        logs: whether logs are collected, and the last errors.
        access: tickets for browsers.
        branding: deliverables of a picture.
    """

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str = "",
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = Transport(base_url, api_key=api_key, transport=transport, sleep=sleep)
        self.base_url = self._http.base_url
        self.gallery = GalleryApi(self._http)
        self.datasets = DatasetsApi(self._http)
        self.models = ModelsApi(self._http)
        self.loras = LorasApi(self._http)
        self.training = TrainingApi(self._http)
        self.logs = LogsApi(self._http)
        self.access = AccessApi(self._http)
        self.branding = BrandingApi(self._http)

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def capabilities(self) -> Capabilities:
        """What the server offers."""
        return understood(read_capabilities, self._http.get("/capabilities"))

    def job(self, job_id: str) -> Job:
        """The job as it stands."""
        return understood(read_job, self._http.get(f"/jobs/{safe_id(job_id, 'job')}"))

    def create_drafts(self, request: DraftsRequest, *, key: str | None = None) -> Job:
        """Orders drafts. The same key gives the same job."""
        return self._http.order("/drafts", request.to_json(), key)

    def create_restyle(self, request: RestyleRequest, *, key: str | None = None) -> Job:
        """Orders a restyle. The same key gives the same job."""
        return self._http.order("/restyle", request.to_json(), key)

    def job_of(self, image_id: str) -> str:
        """Id of the job that drew a picture."""
        path = f"/images/{safe_id(image_id, 'image')}/record"
        return understood(lambda record: text(as_mapping(record), "job_id"), self._http.get(path))

    def cancel(self, job_id: str) -> None:
        """Asks a job to stop; harmless when it has already ended."""
        self._http.send("DELETE", f"/jobs/{safe_id(job_id, 'job')}")

    def lacks_worker(self) -> bool:
        """Whether the service says that nothing runs that could do its jobs."""
        try:
            self._http.get("/health/ready")
        except ApiProblem as error:
            return "worker" in dict(error.problem.fields)
        return False

    def upload(self, name: str, content: bytes) -> Image:
        """Stores a picture of the user's: PNG, JPEG or WEBP."""
        files = {"file": (name, content)}
        return understood(read_image, self._http.send("POST", "/images", files=files))

    def picture(self, image_id: str, format: str = "png") -> bytes:
        """The bytes of a picture, as `png`, `jpeg` or `svg`."""
        path = f"/images/{safe_id(image_id, 'image')}"
        content = self._http.get(path, params={"format": format}).content
        return as_picture(content, format)

    def preview(self, url: str) -> bytes:
        """The bytes of a JPEG preview of an unfinished picture.

        Args:
            url: path of the API as a job's progress gives it; never another host's.
        """
        return as_picture(self._http.get(own_path(url)).content, "jpeg")
