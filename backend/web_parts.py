"""What the web process is made of, opened as its settings say."""

from __future__ import annotations

import logging
from contextlib import ExitStack, closing
from datetime import UTC, datetime

from backend.api.deps import ApiServices, BrandServices
from backend.datasets.rows import ConfinedRows
from backend.domain.access import bootstrap_key
from backend.domain.errors import LogoError, WeightsCorrupt, WeightsMissing
from backend.domain.ports import API_ROLE
from backend.domain.rates import Rate
from backend.jobs.bell import Listener, UnixBell, bell_directory
from backend.jobs.logged_store import LoggedJobStore, Tally
from backend.models.catalog import Catalog
from backend.services.access import Access, AccessOptions
from backend.services.brand_pictures import StoredPictures
from backend.services.branding import BrandDesk
from backend.services.datasets import DatasetService
from backend.services.exporting import ExportService
from backend.services.finishing import FinishService
from backend.services.generation import RESTYLE_WEIGHTS, GenerationService, ServiceOptions
from backend.services.log_stack.status import LogStatus
from backend.services.lora_fits import PipelineInUse
from backend.services.loras import LoraFolder
from backend.services.models import ModelService
from backend.services.side_jobs import SideJobs
from backend.services.training import TrainingServices
from backend.services.wakeups import Wakeups
from backend.services.workshop import open_workshop
from backend.settings import Settings
from backend.storage.dataset_reports import ReportStore
from backend.storage.dataset_store import DatasetStore
from backend.storage.disk_store import DiskImageStore
from backend.storage.finishes import FinishStore
from backend.storage.keys import KeyFile
from backend.storage.kits import KitStore
from backend.storage.pipeline_note import PipelineNote
from backend.storage.tryouts import TryoutStore


def open_access(settings: Settings) -> Access:
    """Who the web process of these settings lets in."""
    api = settings.api
    told = api.bootstrap_key.get_secret_value()
    options = AccessOptions(
        require_keys=api.require_keys,
        bootstrap=bootstrap_key(told, datetime.now(UTC)) if told else None,
        rate=Rate(api.rate_per_second, api.rate_burst) if api.rate_per_second else None,
    )
    return Access(KeyFile(settings.state_folder), options)


def public_fault(settings: Settings) -> str | None:
    """Why the service must not be opened to the network as it stands, or None."""
    api = settings.api
    if not api.is_public or api.allow_public:
        return None
    try:
        if open_access(settings).needs_keys():
            return None
    except LogoError as error:
        return error.detail
    return (
        f"LOGO_API__HOST={api.host} opens the service to the network, and there is no API key yet; "
        "make one with `python -m backend keys create --label NAME --scope admin`, use 127.0.0.1, "
        "or set LOGO_API__ALLOW_PUBLIC=true if another guard is there"
    )


def open_services(settings: Settings, stack: ExitStack, tally: Tally) -> ApiServices:
    """Stores, folders and services of the routes.

    Args:
        stack: closes what was opened.
        tally: counts jobs that this process ends.
    """
    store = stack.enter_context(closing(LoggedJobStore(settings.jobs_url, tally=tally)))
    images = stack.enter_context(closing(DiskImageStore(settings.paths.output)))
    bells = bell_directory(settings.state_folder)
    bell = stack.enter_context(closing(UnixBell(bells)))
    listener = stack.enter_context(Listener(bells, API_ROLE))
    wakeups = Wakeups()
    stack.callback(listener.attach(wakeups.ring))
    catalog, loras = _catalog(settings), _lora_folder(settings)
    generation = GenerationService(
        store=store, images=images, bell=bell, wakeups=wakeups, catalog=catalog, loras=loras,
        options=ServiceOptions(
            profile=settings.profile,
            queue_limit=settings.api.queue_limit,
            caller_limit=settings.api.queue_limit_per_caller,
            wait_seconds=settings.api.wait_seconds,
            worker_grace_seconds=settings.api.worker_grace_seconds,
            worker_seen_seconds=settings.jobs.lease_seconds,
            poll_seconds=settings.jobs.poll_seconds,
            taken_pipeline=PipelineNote(settings.state_folder).read,
        ),
    )  # fmt: skip
    side_jobs = SideJobs(store, bell, settings.api.queue_limit, settings.api.queue_limit_per_caller)
    paths = settings.paths
    rows = stack.enter_context(closing(ConfinedRows()))
    datasets = DatasetService(DatasetStore(paths.data), ReportStore(paths.output), side_jobs, rows)
    models = ModelService(catalog, paths.data, side_jobs)
    training = TrainingServices.on(
        data=paths.data, output=paths.output, lora_folder=paths.lora, jobs=side_jobs,
        timings=store, catalog=catalog,
    )  # fmt: skip
    brand = _brand_services(settings, images, side_jobs)
    return ApiServices(
        generation, store, images, loras, catalog, wakeups, datasets, models, training, brand
    )


def _brand_services(
    settings: Settings, images: DiskImageStore, side_jobs: SideJobs
) -> BrandServices:
    desk, output = BrandDesk(StoredPictures(images), open_workshop), settings.paths.output
    return BrandServices(
        desk,
        FinishService(images, FinishStore(output)),
        ExportService(desk, KitStore(output), side_jobs),
    )


def _lora_folder(settings: Settings) -> LoraFolder:
    paths, profile = settings.paths, settings.profile
    is_sure = profile in RESTYLE_WEIGHTS
    pipelines = [RESTYLE_WEIGHTS[profile]] if is_sure else list(RESTYLE_WEIGHTS.values())
    tryouts = TryoutStore(paths.output)
    taken = PipelineNote(settings.state_folder).read
    return LoraFolder(paths.lora, PipelineInUse(paths.weights, pipelines, taken), tryouts.has)


def _catalog(settings: Settings) -> Catalog:
    try:
        return Catalog.load(settings.paths.weights)
    except (WeightsMissing, WeightsCorrupt) as error:
        # The service starts all the same: it can say what is missing, and show old pictures.
        logging.getLogger(__name__).warning("%s", error.detail)
        return Catalog(settings.paths.weights, ())


def log_status(settings: Settings) -> LogStatus:
    """What the pages show of the log stack."""
    elastic = settings.elastic
    return LogStatus(
        settings.log.folder,
        elastic.url,
        kibana_url=elastic.kibana_public_url,
        ca_file=elastic.ca_file,
        password=elastic.reader_password.get_secret_value(),
    )
