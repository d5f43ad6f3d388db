"""Settings, all from the environment; what is not given falls back to the embedded parts in the data directory."""

from pathlib import Path
from urllib.parse import urlsplit

import environ

from core import embedded

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.str("THROUGHLINE_DATA", default=str(embedded.default_data_dir())))
_EMBEDDED = embedded.default_urls(DATA_DIR)

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or embedded.secret(DATA_DIR, "secret_key")
# Signs the event chain. It lives outside the database, so that whoever rewrites rows cannot rewrite their hashes.
EVENT_KEY = env.str("EVENT_KEY", default="") or embedded.secret(DATA_DIR, "event_key")
# Signs checkpoints of the ledger and exports of it (Ed25519; the seed is this secret's SHA-256).
LEDGER_KEY = env.str("LEDGER_KEY", default="") or embedded.secret(DATA_DIR, "ledger_key")
# Where checkpoints are kept: a folder (file://) or object storage, best one that this host cannot delete from.
LEDGER_CHECKPOINTS_URL = env.str("LEDGER_CHECKPOINTS_URL", default="") or f"file://{DATA_DIR / 'checkpoints'}"
LEDGER_CHECKPOINT_SECONDS = env.int("LEDGER_CHECKPOINT_SECONDS", default=60)

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PUBLIC_URL = env.str("PUBLIC_URL", default="")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "channels",
    "core",
    "projects",
    "experiments",
    "models_registry",
    "porting",
    "monitoring",
    "documents",
    "inbox",
    "config",
]

MIDDLEWARE = [
    "core.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.navigation.rail",
            ],
        },
    }
]

DATABASES = {"default": env.db_url_config(env.str("DATABASE_URL", default="") or _EMBEDDED["DATABASE_URL"])}
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"] |= {
    # Under ASGI CONN_MAX_AGE does not reuse connections; the pool does.
    "pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL_SIZE", default=12), "timeout": 10},
    "options": f"-c statement_timeout={env.int('STATEMENT_TIMEOUT_MS', default=15000)}"
    f" -c lock_timeout={env.int('LOCK_TIMEOUT_MS', default=10000)}",
}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
STRUCTURE_FILE = BASE_DIR / "config" / "structure.sql"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="") or env.str("BROKER_URL", default="") or _EMBEDDED["REDIS_URL"]
BROKER_URL = env.str("BROKER_URL", default="") or REDIS_URL
STORAGE_URL = env.str("STORAGE_URL", default="") or f"file://{DATA_DIR / 'blobs'}"

AUTH_USER_MODEL = "core.User"
LOGIN_URL = "core:sign-in"
LOGIN_REDIRECT_URL = "projects:portfolio"
LOGOUT_REDIRECT_URL = "core:sign-in"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

CSRF_FAILURE_VIEW = "core.views.errors.csrf_failure"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "build" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "core.static.BuiltStorage"},
}
WHITENOISE_USE_FINDERS = True
# Named by their content (assets/build.mjs): a browser asks for them once.
WHITENOISE_IMMUTABLE_FILE_TEST = r"/throughline/.*-[0-9A-Z]{8}\.\w+$"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}

MAX_UPLOAD_BYTES = env.int("MAX_UPLOAD_BYTES", default=200 * 1024 * 1024)
ATTACHMENT_MAX_BYTES = env.int("ATTACHMENT_MAX_BYTES", default=20 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# Imports: hosts (`name` or `name:port`) that may be asked although they are not on the open internet by https.
IMPORT_ALLOWED_HOSTS = env.list("IMPORT_ALLOWED_HOSTS", default=[])
IMPORT_MAX_ARCHIVE_BYTES = env.int("IMPORT_MAX_ARCHIVE_BYTES", default=4 * 1024**3)
# Of files that one import may bring, and of what an archive may unpack to.
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=100 * 1024**3)

REST_FRAMEWORK = {
    # Our own views say the rest themselves (core.api.ApiView); a view that is not ours is closed.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_SCHEMA_CLASS": "core.schema.ApiSchema",
    "EXCEPTION_HANDLER": "core.api.problems.problem_response",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Throughline",
    "DESCRIPTION": "The line of a machine-learning project, from the question to the model in production.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "PREPROCESSING_HOOKS": ["core.schema.only_rest_api"],
    "ENUM_NAME_OVERRIDES": {
        "AlertState": "monitoring.enums.AlertState",
        "AssumptionState": "projects.enums.AssumptionState",
        "CardKind": "projects.enums.CardKind",
        "CheckState": ["ok", "bad", "wait"],
        "ControlKind": "projects.enums.ControlKind",
        "ControlState": "projects.enums.ControlState",
        "DeploymentState": "models_registry.enums.DeploymentState",
        "DecisionEnum": "models_registry.enums.Decision",
        "FindingState": "projects.enums.FindingState",
        "Health": "projects.enums.Health",
        "CheckSeverity": ["block", "warn"],
        "GateCheckState": ["ok", "bad", "wait", "waived", "left_out"],
        "GateVerdict": "projects.enums.GateVerdict",
        "ItemKind": "projects.enums.ItemKind",
        "ItemState": "projects.enums.ItemState",
        "ItemPriority": ["none", "low", "medium", "high", "urgent"],
        "BlockCause": "projects.enums.BlockCause",
        "HypothesisResult": "projects.enums.HypothesisResult",
        "ItemFieldType": "projects.enums.FieldType",
        "ItemLayout": "projects.enums.Layout",
        "TriageState": "projects.enums.Triage",
        "CommentVisibility": "projects.enums.Visibility",
        "JobState": "core.enums.JobState",
        "KillDecision": "projects.enums.KillDecision",
        "OptionKind": "projects.enums.OptionKind",
        "RetrainingState": "monitoring.enums.RetrainingState",
        "ReviewState": "models_registry.enums.ReviewState",
        "RiskState": "projects.enums.RiskState",
        "RunStatus": "experiments.enums.RunStatus",
        "Severity": "projects.enums.Severity",
        "SprintState": "projects.enums.SprintState",
        "VersionState": "models_registry.enums.VersionState",
        "WindowState": "monitoring.enums.WindowState",
    },
}

# Hosts, or host:port, to which webhooks may go although they are not on the open internet.
WEBHOOK_ALLOWED_HOSTS = env.list("WEBHOOK_ALLOWED_HOSTS", default=[])

# Mail, such as smtp+tls://name:password@host:587. Where it is not given none is sent, and the settings page says so.
EMAIL_URL = env.str("EMAIL_URL", default="")
vars().update(env.email_url_config(EMAIL_URL or "dummymail://"))
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=10)
MAIL_DOMAIN = urlsplit(PUBLIC_URL).hostname or "localhost"
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default=f"Throughline <throughline@{MAIL_DOMAIN}>")

METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

# Jobs: see core/jobs
JOB_LEASE_SECONDS = env.float("JOB_LEASE_SECONDS", default=30.0)
JOB_SCRATCH_DIR = DATA_DIR / "scratch"
# How long the archives of exports stay; see core/sweeping.py for files in general.
EXPORT_KEEP_DAYS = env.int("EXPORT_KEEP_DAYS", default=30)
# Laws and frameworks as data; a directory of your own holds those of your house.
REGIMES_DIR = Path(env.str("REGIMES_DIR", default=str(BASE_DIR / "projects" / "regimes")))
DISPATCH_INTERVAL_SECONDS = env.float("DISPATCH_INTERVAL_SECONDS", default=0.25)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "core.logs.LineFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"django.server": {"level": "WARNING"}, "httpx": {"level": "WARNING"}},
}
