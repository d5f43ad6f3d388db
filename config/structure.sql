-- Written by `make structure`: see core/structure.py.
-- step auth.0001_initial
-- step auth.0002_alter_permission_name_max_length
-- step auth.0003_alter_user_email_max_length
-- step auth.0004_alter_user_username_opts
-- step auth.0005_alter_user_last_login_null
-- step auth.0006_require_contenttypes_0002
-- step auth.0007_alter_validators_add_error_messages
-- step auth.0008_alter_user_username_max_length
-- step auth.0009_alter_user_last_name_max_length
-- step auth.0010_alter_group_name_max_length
-- step auth.0011_update_proxy_permissions
-- step auth.0012_alter_user_first_name_max_length
-- step contenttypes.0001_initial
-- step contenttypes.0002_remove_content_type_name
-- step core.0001_initial
-- step core.0002_append_only_events
-- step core.0003_salted_events
-- step core.0004_search
-- step core.0005_settings
-- step core.0006_blobs_kept
-- step core.0007_title_words
-- step documents.0001_passages
-- step documents.0002_passages_stay
-- step experiments.0001_initial
-- step experiments.0002_uploads_in_parts
-- step experiments.0003_reproduction
-- step experiments.0004_traces
-- step experiments.0005_narrow_metrics
-- step experiments.0006_comments_and_hypotheses
-- step experiments.0007_search
-- step inbox.0001_initial
-- step models_registry.0001_initial
-- step models_registry.0002_evaluation
-- step models_registry.0003_webhooks_and_comments
-- step models_registry.0004_search
-- step models_registry.0005_approvals_by_role
-- step models_registry.0006_serving_minutes
-- step monitoring.0001_initial
-- step monitoring.0002_performance_and_policy
-- step monitoring.0003_search
-- step porting.0001_initial
-- step porting.0002_export
-- step projects.0001_initial
-- step projects.0002_dossier
-- step projects.0003_precedents_and_ceiling
-- step projects.0004_revisions_never_change
-- step projects.0005_classification
-- step projects.0006_spikes_and_objections
-- step projects.0007_spikes_stay_locked
-- step projects.0008_risk_register
-- step projects.0009_health
-- step projects.0010_policies
-- step projects.0011_work_items
-- step projects.0012_statuses
-- step projects.0013_findings_of_checks
-- step projects.0014_library_and_assumptions
-- step projects.0015_the_library_stays
-- step projects.0016_search
-- step projects.0017_approvals_finished
-- step projects.0018_sprint_reviews
-- step projects.0019_reviews_are_frozen
-- step projects.0020_priced_risks
-- step projects.0021_data_readiness
-- step projects.0022_item_views
-- step projects.0023_backlog_in_order
-- step projects.0024_attachments
-- step projects.0025_template_versions
-- step projects.0026_gates_decided_anew
-- step projects.0027_tiers_lowered_by_two
-- step sessions.0001_initial
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE FUNCTION public.core_event_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('throughline.erasing', true) = 'on'
        AND (NEW.id, NEW.stream_id, NEW.seq, NEW.type, NEW.subject_type, NEW.subject_id, NEW.at, NEW.request_id, NEW.hash)
          = (OLD.id, OLD.stream_id, OLD.seq, OLD.type, OLD.subject_type, OLD.subject_id, OLD.at, OLD.request_id, OLD.hash)
        AND (NEW.actor_id, NEW.subject_version) IS NOT DISTINCT FROM (OLD.actor_id, OLD.subject_version)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'core_event is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.documents_passage_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'documents_passage is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.projects_dossierrevision_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'projects_dossierrevision is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.projects_killcriterion_fixed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.decision = ''
        AND (NEW.project_id, NEW.number, NEW.text, NEW.due_date, NEW.metric, NEW.threshold, NEW.is_higher_better, NEW.decider_id) IS NOT DISTINCT FROM (OLD.project_id, OLD.number, OLD.text, OLD.due_date, OLD.metric, OLD.threshold, OLD.is_higher_better, OLD.decider_id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'kill criterion % is fixed: % refused', OLD.number, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.projects_never_changes() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '% never changes: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.projects_outcome_stays() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF OLD.published_at IS NULL THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION 'the outcome of project % is in the library: % refused', OLD.project_id, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.projects_priorsversion_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'projects_priorsversion is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.projects_review_is_frozen(review bigint) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
    SELECT EXISTS (SELECT 1 FROM projects_sprintreview WHERE id = review AND closed_at IS NOT NULL)
$$;
CREATE FUNCTION public.projects_reviewcard_frozen() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT projects_review_is_frozen(NEW.review_id) THEN RETURN NEW; END IF;
    ELSIF NOT projects_review_is_frozen(OLD.review_id) THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    ELSIF TG_OP = 'UPDATE' AND OLD.item_id IS NULL AND NEW.item_id IS NOT NULL
        AND (NEW.project_id, NEW.review_id, NEW.number, NEW.kind, NEW.text, NEW.written_by_id, NEW.written_at)
            IS NOT DISTINCT FROM
            (OLD.project_id, OLD.review_id, OLD.number, OLD.kind, OLD.text, OLD.written_by_id, OLD.written_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the review is frozen: % of a card refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.projects_reviewvote_frozen() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM projects_reviewcard AS card
        WHERE card.id = (CASE WHEN TG_OP = 'INSERT' THEN NEW.card_id ELSE OLD.card_id END)
        AND projects_review_is_frozen(card.review_id)
    ) THEN
        RAISE EXCEPTION 'the review is frozen: % of a vote refused', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE FUNCTION public.projects_spike_locked() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF OLD.state = 'planned' THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state = 'locked' AND NEW.state <> 'planned' AND NEW.samples @> OLD.samples
        AND (NEW.project_id, NEW.number, NEW.option_id, NEW.item_id, NEW.tests, NEW.title, NEW.hypothesis, NEW.days, NEW.spending_cap, NEW.experiment, NEW.dataset, NEW.metric, NEW.is_higher_better, NEW.proceed_at, NEW.kill_at, NEW.least_runs, NEW.digest, NEW.locked_by_id, NEW.locked_at) IS NOT DISTINCT FROM (OLD.project_id, OLD.number, OLD.option_id, OLD.item_id, OLD.tests, OLD.title, OLD.hypothesis, OLD.days, OLD.spending_cap, OLD.experiment, OLD.dataset, OLD.metric, OLD.is_higher_better, OLD.proceed_at, OLD.kill_at, OLD.least_runs, OLD.digest, OLD.locked_by_id, OLD.locked_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'spike % is %: % refused', OLD.number, OLD.state, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.projects_sprintreview_frozen() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF OLD.closed_at IS NULL THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION 'review % is frozen: % refused', OLD.id, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TABLE public.auth_group (
    id integer NOT NULL,
    name character varying(150) NOT NULL
);
ALTER TABLE public.auth_group ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.auth_group_permissions (
    id bigint NOT NULL,
    group_id integer NOT NULL,
    permission_id integer NOT NULL
);
ALTER TABLE public.auth_group_permissions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_permissions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.auth_permission (
    id integer NOT NULL,
    name character varying(255) NOT NULL,
    content_type_id integer NOT NULL,
    codename character varying(100) NOT NULL
);
ALTER TABLE public.auth_permission ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_permission_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.core_blob (
    digest character varying(64) NOT NULL,
    size bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    kept_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
);
CREATE TABLE public.core_delivery (
    id bigint NOT NULL,
    handler character varying(120) NOT NULL,
    state character varying(10) NOT NULL,
    attempts smallint NOT NULL,
    due_at timestamp with time zone NOT NULL,
    error text NOT NULL,
    event_id bigint NOT NULL,
    CONSTRAINT core_delivery_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT core_delivery_state CHECK (((state)::text = ANY ((ARRAY['pending'::character varying, 'done'::character varying, 'dead'::character varying])::text[])))
);
ALTER TABLE public.core_delivery ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_delivery_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.core_event (
    id bigint NOT NULL,
    seq bigint NOT NULL,
    type character varying(60) NOT NULL,
    subject_type character varying(60) NOT NULL,
    subject_id character varying(80) NOT NULL,
    subject_version integer,
    subject_label character varying(200) NOT NULL,
    actor_label character varying(150) NOT NULL,
    at character varying(32) NOT NULL,
    data jsonb NOT NULL,
    request_id character varying(64) NOT NULL,
    hash character varying(64) NOT NULL,
    actor_id bigint,
    stream_id bigint NOT NULL,
    salt character varying(32) NOT NULL
);
ALTER TABLE public.core_event ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.core_failedsignin (
    id bigint NOT NULL,
    username character varying(150) NOT NULL,
    address inet NOT NULL,
    count integer NOT NULL,
    first_at timestamp with time zone NOT NULL,
    CONSTRAINT core_failedsignin_count_check CHECK ((count >= 0))
);
ALTER TABLE public.core_failedsignin ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_failedsignin_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.core_idempotencykey (
    id bigint NOT NULL,
    route character varying(200) NOT NULL,
    key character varying(255) NOT NULL,
    request_digest character varying(64) NOT NULL,
    status smallint,
    headers jsonb NOT NULL,
    body text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    user_id bigint NOT NULL,
    CONSTRAINT core_idempotencykey_status_check CHECK ((status >= 0))
);
ALTER TABLE public.core_idempotencykey ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_idempotencykey_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.core_job (
    id bigint NOT NULL,
    kind character varying(40) NOT NULL,
    queue character varying(20) NOT NULL,
    subject_type character varying(60) NOT NULL,
    subject_id character varying(80) NOT NULL,
    unique_key character varying(200),
    payload jsonb NOT NULL,
    state character varying(10) NOT NULL,
    attempt smallint NOT NULL,
    max_attempts smallint NOT NULL,
    token bigint NOT NULL,
    worker character varying(120) NOT NULL,
    lease_until timestamp with time zone,
    due_at timestamp with time zone NOT NULL,
    rung_at timestamp with time zone,
    progress double precision NOT NULL,
    note character varying(200) NOT NULL,
    result jsonb,
    error jsonb,
    cancel_requested_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    created_by_id bigint,
    stream_id bigint,
    CONSTRAINT core_job_attempt_check CHECK ((attempt >= 0)),
    CONSTRAINT core_job_finished_with_time CHECK ((((finished_at IS NULL) OR ((state)::text = ANY ((ARRAY['succeeded'::character varying, 'failed'::character varying, 'cancelled'::character varying])::text[]))) AND (1 = (
CASE
    WHEN (finished_at IS NULL) THEN 1
    ELSE 0
END +
CASE
    WHEN ((state)::text = ANY ((ARRAY['succeeded'::character varying, 'failed'::character varying, 'cancelled'::character varying])::text[])) THEN 1
    ELSE 0
END)))),
    CONSTRAINT core_job_leased CHECK (((NOT ((state)::text = 'running'::text)) OR (lease_until IS NOT NULL))),
    CONSTRAINT core_job_max_attempts_check CHECK ((max_attempts >= 0)),
    CONSTRAINT core_job_state CHECK (((state)::text = ANY ((ARRAY['queued'::character varying, 'running'::character varying, 'succeeded'::character varying, 'failed'::character varying, 'cancelled'::character varying])::text[])))
);
ALTER TABLE public.core_job ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_job_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.core_joblog (
    id bigint NOT NULL,
    attempt smallint NOT NULL,
    at timestamp with time zone NOT NULL,
    line character varying(2000) NOT NULL,
    job_id bigint NOT NULL,
    CONSTRAINT core_joblog_attempt_check CHECK ((attempt >= 0))
);
ALTER TABLE public.core_joblog ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_joblog_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.core_schedule (
    id bigint NOT NULL,
    kind character varying(40) NOT NULL,
    subject_type character varying(60) NOT NULL,
    subject_id character varying(80) NOT NULL,
    payload jsonb NOT NULL,
    every_seconds integer NOT NULL,
    next_at timestamp with time zone NOT NULL,
    is_active boolean NOT NULL,
    stream_id bigint,
    CONSTRAINT core_schedule_every_positive CHECK ((every_seconds >= 1)),
    CONSTRAINT core_schedule_every_seconds_check CHECK ((every_seconds >= 0))
);
ALTER TABLE public.core_schedule ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_schedule_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.core_schedulefire (
    id bigint NOT NULL,
    slot timestamp with time zone NOT NULL,
    job_id bigint NOT NULL,
    schedule_id bigint NOT NULL
);
ALTER TABLE public.core_schedulefire ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_schedulefire_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.core_setuplink (
    id bigint NOT NULL,
    digest character varying(64) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);
ALTER TABLE public.core_setuplink ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_setuplink_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.core_stream (
    id bigint NOT NULL,
    name character varying(40) NOT NULL,
    last_seq bigint NOT NULL,
    head character varying(64) NOT NULL
);
ALTER TABLE public.core_stream ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_stream_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.core_titleword (
    word character varying(40) NOT NULL
);
CREATE TABLE public.core_token (
    id bigint NOT NULL,
    label character varying(120) NOT NULL,
    prefix character varying(12) NOT NULL,
    digest character varying(64) NOT NULL,
    scopes character varying(20)[] NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    stream_id bigint,
    user_id bigint NOT NULL
);
ALTER TABLE public.core_token ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_token_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.core_user (
    id bigint NOT NULL,
    password character varying(128) NOT NULL,
    last_login timestamp with time zone,
    is_superuser boolean NOT NULL,
    username character varying(150) NOT NULL,
    first_name character varying(150) NOT NULL,
    last_name character varying(150) NOT NULL,
    email character varying(254) NOT NULL,
    is_staff boolean NOT NULL,
    is_active boolean NOT NULL,
    date_joined timestamp with time zone NOT NULL,
    name character varying(120) NOT NULL,
    is_robot boolean NOT NULL,
    letter_keys boolean NOT NULL,
    shows_first_steps boolean NOT NULL
);
CREATE TABLE public.core_user_groups (
    id bigint NOT NULL,
    user_id bigint NOT NULL,
    group_id integer NOT NULL
);
ALTER TABLE public.core_user_groups ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_user_groups_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE public.core_user ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_user_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.core_user_user_permissions (
    id bigint NOT NULL,
    user_id bigint NOT NULL,
    permission_id integer NOT NULL
);
ALTER TABLE public.core_user_user_permissions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.core_user_user_permissions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.django_content_type (
    id integer NOT NULL,
    app_label character varying(100) NOT NULL,
    model character varying(100) NOT NULL
);
ALTER TABLE public.django_content_type ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_content_type_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.django_migrations (
    id bigint NOT NULL,
    app character varying(255) NOT NULL,
    name character varying(255) NOT NULL,
    applied timestamp with time zone NOT NULL
);
ALTER TABLE public.django_migrations ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_migrations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.django_session (
    session_key character varying(40) NOT NULL,
    session_data text NOT NULL,
    expire_date timestamp with time zone NOT NULL
);
CREATE TABLE public.documents_passage (
    id bigint NOT NULL,
    kind character varying(40) NOT NULL,
    about character varying(300) NOT NULL,
    paragraph character varying(40) NOT NULL,
    number integer NOT NULL,
    text text NOT NULL,
    written_at timestamp with time zone NOT NULL,
    project_id bigint NOT NULL,
    written_by_id bigint NOT NULL,
    CONSTRAINT documents_passage_number_check CHECK ((number >= 0))
);
ALTER TABLE public.documents_passage ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.documents_passage_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.experiments_artifact (
    id bigint NOT NULL,
    root character varying(100) NOT NULL,
    path character varying(1000) NOT NULL,
    size bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    blob_id character varying(64) NOT NULL,
    project_id bigint NOT NULL
);
ALTER TABLE public.experiments_artifact ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experiments_artifact_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.experiments_dataset (
    id bigint NOT NULL,
    name character varying(80) NOT NULL,
    description text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by_id bigint,
    project_id bigint NOT NULL
);
ALTER TABLE public.experiments_dataset ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experiments_dataset_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.experiments_datasetversion (
    id bigint NOT NULL,
    number integer NOT NULL,
    origin character varying(24) NOT NULL,
    filename character varying(200) NOT NULL,
    rows bigint NOT NULL,
    columns jsonb NOT NULL,
    profile jsonb,
    note character varying(200) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by_id bigint,
    dataset_id bigint NOT NULL,
    original_id character varying(64) NOT NULL,
    project_id bigint NOT NULL,
    table_id character varying(64) NOT NULL,
    CONSTRAINT experiments_dataset_origin CHECK (((origin)::text = ANY ((ARRAY['upload'::character varying, 'labelled_predictions'::character varying])::text[]))),
    CONSTRAINT experiments_datasetversion_number_check CHECK ((number >= 0))
);
ALTER TABLE public.experiments_datasetversion ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experiments_datasetversion_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.experiments_experiment (
    id bigint NOT NULL,
    name character varying(500) NOT NULL,
    tags jsonb NOT NULL,
    lifecycle character varying(8) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    created_by_id bigint,
    project_id bigint NOT NULL,
    CONSTRAINT experiments_experiment_lifecycle CHECK (((lifecycle)::text = ANY ((ARRAY['active'::character varying, 'deleted'::character varying])::text[])))
);
ALTER TABLE public.experiments_experiment ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experiments_experiment_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.experiments_latestmetric (
    step bigint NOT NULL,
    timestamp_ms bigint NOT NULL,
    value double precision NOT NULL,
    key_id bigint NOT NULL,
    run_id bigint NOT NULL,
    experiment_id bigint NOT NULL
);
CREATE TABLE public.experiments_loggedmodel (
    id bigint NOT NULL,
    model_id character varying(34) NOT NULL,
    name character varying(500) NOT NULL,
    model_type character varying(100) NOT NULL,
    status character varying(30) NOT NULL,
    status_message text NOT NULL,
    params jsonb NOT NULL,
    tags jsonb NOT NULL,
    lifecycle character varying(8) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    created_by_id bigint,
    experiment_id bigint NOT NULL,
    project_id bigint NOT NULL,
    source_run_id bigint,
    CONSTRAINT experiments_loggedmodel_status CHECK (((status)::text = ANY ((ARRAY['LOGGED_MODEL_PENDING'::character varying, 'LOGGED_MODEL_READY'::character varying, 'LOGGED_MODEL_UPLOAD_FAILED'::character varying])::text[])))
);
ALTER TABLE public.experiments_loggedmodel ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experiments_loggedmodel_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.experiments_metricname (
    id bigint NOT NULL,
    name character varying(250) NOT NULL
);
ALTER TABLE public.experiments_metricname ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experiments_metricname_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.experiments_metricpoint (
    step bigint NOT NULL,
    timestamp_ms bigint NOT NULL,
    value double precision NOT NULL,
    key_id bigint NOT NULL,
    run_id bigint NOT NULL
);
CREATE TABLE public.experiments_reproduction (
    id bigint NOT NULL,
    relative_tolerance double precision NOT NULL,
    absolute_tolerance double precision NOT NULL,
    result jsonb,
    created_at timestamp with time zone NOT NULL,
    again_id bigint NOT NULL,
    created_by_id bigint,
    first_id bigint NOT NULL,
    project_id bigint NOT NULL,
    CONSTRAINT experiments_reproduction_tolerance CHECK (((absolute_tolerance >= (0.0)::double precision) AND ((relative_tolerance >= (0.0)::double precision) AND (relative_tolerance <= (1.0)::double precision))))
);
ALTER TABLE public.experiments_reproduction ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experiments_reproduction_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.experiments_run (
    id bigint NOT NULL,
    run_id character varying(32) NOT NULL,
    name character varying(250) NOT NULL,
    source character varying(10) NOT NULL,
    status character varying(10) NOT NULL,
    lifecycle character varying(8) NOT NULL,
    params jsonb NOT NULL,
    tags jsonb NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    created_by_id bigint,
    experiment_id bigint NOT NULL,
    project_id bigint NOT NULL,
    CONSTRAINT experiments_run_lifecycle CHECK (((lifecycle)::text = ANY ((ARRAY['active'::character varying, 'deleted'::character varying])::text[]))),
    CONSTRAINT experiments_run_source CHECK (((source)::text = ANY ((ARRAY['training'::character varying, 'mlflow'::character varying])::text[]))),
    CONSTRAINT experiments_run_status CHECK (((status)::text = ANY ((ARRAY['SCHEDULED'::character varying, 'RUNNING'::character varying, 'FINISHED'::character varying, 'FAILED'::character varying, 'KILLED'::character varying])::text[])))
)
WITH (fillfactor='70');
ALTER TABLE public.experiments_run ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experiments_run_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.experiments_runcomment (
    id bigint NOT NULL,
    text text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    created_by_id bigint NOT NULL,
    project_id bigint NOT NULL,
    run_id bigint NOT NULL
);
ALTER TABLE public.experiments_runcomment ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experiments_runcomment_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.experiments_runinput (
    id bigint NOT NULL,
    name character varying(500) NOT NULL,
    digest character varying(64) NOT NULL,
    context character varying(40) NOT NULL,
    details jsonb NOT NULL,
    dataset_version_id bigint,
    run_id bigint NOT NULL
);
ALTER TABLE public.experiments_runinput ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experiments_runinput_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.experiments_runitem (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by_id bigint NOT NULL,
    item_id bigint NOT NULL,
    run_id bigint NOT NULL
);
ALTER TABLE public.experiments_runitem ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experiments_runitem_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.experiments_trace (
    id bigint NOT NULL,
    trace_id character varying(64) NOT NULL,
    client_request_id character varying(250) NOT NULL,
    state character varying(20) NOT NULL,
    request_time_ms bigint NOT NULL,
    duration_ms bigint,
    request_preview text NOT NULL,
    response_preview text NOT NULL,
    metadata jsonb NOT NULL,
    tags jsonb NOT NULL,
    experiment_id bigint NOT NULL,
    project_id bigint NOT NULL,
    run_id bigint,
    CONSTRAINT experiments_trace_state CHECK (((state)::text = ANY ((ARRAY['STATE_UNSPECIFIED'::character varying, 'IN_PROGRESS'::character varying, 'OK'::character varying, 'ERROR'::character varying])::text[])))
);
ALTER TABLE public.experiments_trace ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experiments_trace_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.experiments_tracespan (
    id bigint NOT NULL,
    span_id character varying(16) NOT NULL,
    parent_id character varying(16) NOT NULL,
    name character varying(250) NOT NULL,
    start_ns bigint NOT NULL,
    end_ns bigint NOT NULL,
    is_error boolean NOT NULL,
    body bytea NOT NULL,
    trace_id bigint NOT NULL
);
ALTER TABLE public.experiments_tracespan ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experiments_tracespan_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.experiments_training (
    id bigint NOT NULL,
    target character varying(200) NOT NULL,
    estimator character varying(40) NOT NULL,
    settings jsonb NOT NULL,
    seed integer NOT NULL,
    max_seconds integer NOT NULL,
    max_memory_mb integer NOT NULL,
    code_version character varying(64) NOT NULL,
    environment jsonb NOT NULL,
    signature jsonb,
    dataset_version_id bigint NOT NULL,
    extra_version_id bigint,
    holdout_id character varying(64),
    job_id bigint,
    model_blob_id character varying(64),
    project_id bigint NOT NULL,
    reference_id character varying(64),
    run_id bigint NOT NULL,
    CONSTRAINT experiments_training_max_memory_mb_check CHECK ((max_memory_mb >= 0)),
    CONSTRAINT experiments_training_max_seconds_check CHECK ((max_seconds >= 0)),
    CONSTRAINT experiments_training_seed_check CHECK ((seed >= 0))
);
ALTER TABLE public.experiments_training ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experiments_training_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.experiments_upload (
    id bigint NOT NULL,
    token character varying(32) NOT NULL,
    root character varying(100) NOT NULL,
    path character varying(1000) NOT NULL,
    part_count integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    completed_at timestamp with time zone,
    created_by_id bigint NOT NULL,
    project_id bigint NOT NULL,
    CONSTRAINT experiments_upload_part_count_check CHECK ((part_count >= 0))
);
ALTER TABLE public.experiments_upload ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experiments_upload_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.experiments_uploadpart (
    id bigint NOT NULL,
    number integer NOT NULL,
    digest character varying(64) NOT NULL,
    size bigint NOT NULL,
    upload_id bigint NOT NULL,
    CONSTRAINT experiments_uploadpart_number_check CHECK ((number >= 0))
);
ALTER TABLE public.experiments_uploadpart ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.experiments_uploadpart_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.inbox_dispatch (
    id bigint NOT NULL,
    channel character varying(8) NOT NULL,
    state character varying(8) NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts smallint NOT NULL,
    error character varying(300) NOT NULL,
    sent_at timestamp with time zone,
    notification_id bigint NOT NULL,
    CONSTRAINT inbox_dispatch_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT inbox_dispatch_channel CHECK (((channel)::text = ANY ((ARRAY['email'::character varying, 'webhook'::character varying])::text[]))),
    CONSTRAINT inbox_dispatch_state CHECK (((state)::text = ANY ((ARRAY['pending'::character varying, 'sent'::character varying, 'dropped'::character varying, 'dead'::character varying])::text[]))),
    CONSTRAINT inbox_dispatch_when CHECK ((((sent_at IS NOT NULL) AND ((state)::text = 'sent'::text)) OR ((NOT ((state)::text = 'sent'::text)) AND (sent_at IS NULL))))
);
ALTER TABLE public.inbox_dispatch ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.inbox_dispatch_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.inbox_mark (
    id bigint NOT NULL,
    key character varying(120) NOT NULL,
    read_print character varying(120) NOT NULL,
    done_print character varying(120) NOT NULL,
    snoozed_until timestamp with time zone,
    seen_seq bigint,
    user_id bigint NOT NULL
);
ALTER TABLE public.inbox_mark ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.inbox_mark_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.inbox_notification (
    id bigint NOT NULL,
    kind character varying(12) NOT NULL,
    source character varying(120) NOT NULL,
    text character varying(300) NOT NULL,
    url character varying(300) NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_id bigint,
    project_id bigint,
    user_id bigint,
    CONSTRAINT inbox_notification_for_somebody CHECK (((user_id IS NOT NULL) OR (project_id IS NOT NULL))),
    CONSTRAINT inbox_notification_kind CHECK (((kind)::text = ANY ((ARRAY['mention'::character varying, 'assignment'::character varying, 'review'::character varying, 'gate'::character varying, 'alert'::character varying, 'expiring'::character varying])::text[])))
);
ALTER TABLE public.inbox_notification ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.inbox_notification_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.inbox_preferences (
    user_id bigint NOT NULL,
    version integer NOT NULL,
    channels jsonb NOT NULL,
    zone character varying(60) NOT NULL,
    quiet_from time without time zone,
    quiet_until time without time zone,
    digest character varying(8) NOT NULL,
    digest_hour smallint NOT NULL,
    shape character varying(8) NOT NULL,
    sealed_url text NOT NULL,
    CONSTRAINT inbox_preferences_digest CHECK (((digest)::text = ANY ((ARRAY['hourly'::character varying, 'daily'::character varying])::text[]))),
    CONSTRAINT inbox_preferences_digest_hour_check CHECK ((digest_hour >= 0)),
    CONSTRAINT inbox_preferences_hour CHECK ((digest_hour <= 23)),
    CONSTRAINT inbox_preferences_quiet CHECK ((((quiet_from IS NULL) AND (quiet_until IS NULL)) OR ((quiet_from IS NOT NULL) AND (quiet_until IS NOT NULL) AND (NOT ((quiet_from = quiet_until) AND (quiet_from IS NOT NULL) AND (quiet_until IS NOT NULL)))))),
    CONSTRAINT inbox_preferences_shape CHECK (((shape)::text = ANY ((ARRAY['slack'::character varying, 'teams'::character varying])::text[]))),
    CONSTRAINT inbox_preferences_version_check CHECK ((version >= 0))
);
CREATE TABLE public.inbox_projectchannel (
    project_id bigint NOT NULL,
    version integer NOT NULL,
    shape character varying(8) NOT NULL,
    sealed_url text NOT NULL,
    kinds character varying(12)[] NOT NULL,
    CONSTRAINT inbox_channel_shape CHECK (((shape)::text = ANY ((ARRAY['slack'::character varying, 'teams'::character varying])::text[]))),
    CONSTRAINT inbox_projectchannel_version_check CHECK ((version >= 0))
);
CREATE TABLE public.models_registry_approval (
    id bigint NOT NULL,
    revision integer NOT NULL,
    digest character varying(64) NOT NULL,
    decision character varying(16) NOT NULL,
    comment text NOT NULL,
    role character varying(20) NOT NULL,
    at timestamp with time zone NOT NULL,
    approver_id bigint NOT NULL,
    author_id bigint,
    requester_id bigint,
    review_id bigint NOT NULL,
    bound jsonb NOT NULL,
    delegation_id bigint,
    evidence character varying(64) NOT NULL,
    withdrawn_at timestamp with time zone,
    withdrawn_because text NOT NULL,
    CONSTRAINT models_registry_approval_not_author CHECK (((author_id IS NULL) OR (NOT ((approver_id = author_id) AND (author_id IS NOT NULL))))),
    CONSTRAINT models_registry_approval_not_requester CHECK (((requester_id IS NULL) OR (NOT ((approver_id = requester_id) AND (requester_id IS NOT NULL))))),
    CONSTRAINT models_registry_approval_revision_check CHECK ((revision >= 0))
);
ALTER TABLE public.models_registry_approval ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.models_registry_approval_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.models_registry_comparison (
    id bigint NOT NULL,
    holdout_digest character varying(64) NOT NULL,
    result jsonb,
    error character varying(500) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    job_id bigint,
    project_id bigint NOT NULL,
    challenger_id bigint NOT NULL,
    champion_id bigint
);
ALTER TABLE public.models_registry_comparison ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.models_registry_comparison_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.models_registry_deployment (
    id bigint NOT NULL,
    name character varying(60) NOT NULL,
    version integer NOT NULL,
    state character varying(10) NOT NULL,
    deployed_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    deployed_by_id bigint,
    project_id bigint NOT NULL,
    live_version_id bigint NOT NULL,
    previous_version_id bigint,
    model_id bigint NOT NULL,
    CONSTRAINT models_registry_deployment_state CHECK (((state)::text = ANY ((ARRAY['live'::character varying, 'paused'::character varying, 'retired'::character varying])::text[]))),
    CONSTRAINT models_registry_deployment_version_check CHECK ((version >= 0))
);
ALTER TABLE public.models_registry_deployment ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.models_registry_deployment_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.models_registry_evaluation (
    id bigint NOT NULL,
    target character varying(200) NOT NULL,
    signature jsonb,
    rows jsonb NOT NULL,
    error character varying(500) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by_id bigint,
    dataset_version_id bigint NOT NULL,
    holdout_id character varying(64),
    job_id bigint,
    project_id bigint NOT NULL,
    reference_id character varying(64),
    version_id bigint NOT NULL
);
ALTER TABLE public.models_registry_evaluation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.models_registry_evaluation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.models_registry_modelalias (
    id bigint NOT NULL,
    name character varying(255) NOT NULL,
    model_version_id bigint NOT NULL,
    model_id bigint NOT NULL
);
ALTER TABLE public.models_registry_modelalias ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.models_registry_modelalias_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.models_registry_modelversion (
    id bigint NOT NULL,
    number integer NOT NULL,
    version integer NOT NULL,
    state character varying(20) NOT NULL,
    source character varying(1000) NOT NULL,
    source_root character varying(100) NOT NULL,
    source_path character varying(1000) NOT NULL,
    format character varying(10) NOT NULL,
    digest character varying(64) NOT NULL,
    signature jsonb,
    description text NOT NULL,
    tags jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    created_by_id bigint,
    logged_model_id bigint,
    model_blob_id character varying(64),
    project_id bigint NOT NULL,
    run_id bigint,
    model_id bigint NOT NULL,
    CONSTRAINT models_registry_modelversion_number_check CHECK ((number >= 0)),
    CONSTRAINT models_registry_modelversion_version_check CHECK ((version >= 0)),
    CONSTRAINT models_registry_version_format CHECK (((format)::text = ANY ((ARRAY['skops'::character varying, 'pickle'::character varying, 'other'::character varying])::text[]))),
    CONSTRAINT models_registry_version_state CHECK (((state)::text = ANY ((ARRAY['candidate'::character varying, 'in_review'::character varying, 'approved'::character varying, 'changes_requested'::character varying, 'archived'::character varying])::text[])))
);
ALTER TABLE public.models_registry_modelversion ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.models_registry_modelversion_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.models_registry_predictionlog (
    id bigint NOT NULL,
    prediction_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    features jsonb NOT NULL,
    label jsonb NOT NULL,
    score double precision,
    truth jsonb,
    truth_at timestamp with time zone,
    deployment_id bigint NOT NULL,
    model_version_id bigint NOT NULL
);
ALTER TABLE public.models_registry_predictionlog ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.models_registry_predictionlog_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.models_registry_registeredmodel (
    id bigint NOT NULL,
    name character varying(250) NOT NULL,
    description text NOT NULL,
    tags jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    created_by_id bigint,
    project_id bigint NOT NULL
);
ALTER TABLE public.models_registry_registeredmodel ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.models_registry_registeredmodel_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.models_registry_review (
    id bigint NOT NULL,
    number integer NOT NULL,
    version integer NOT NULL,
    revision integer NOT NULL,
    digest character varying(64) NOT NULL,
    state character varying(20) NOT NULL,
    reason text NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    checks jsonb NOT NULL,
    decided_at timestamp with time zone,
    author_id bigint,
    decided_by_id bigint,
    deployment_id bigint,
    model_version_id bigint NOT NULL,
    project_id bigint NOT NULL,
    requested_by_id bigint,
    CONSTRAINT models_registry_review_not_by_author CHECK (((decided_by_id IS NULL) OR (author_id IS NULL) OR (NOT ((decided_by_id = author_id) AND (decided_by_id IS NOT NULL) AND (author_id IS NOT NULL))))),
    CONSTRAINT models_registry_review_not_by_requester CHECK (((decided_by_id IS NULL) OR (requested_by_id IS NULL) OR (NOT ((decided_by_id = requested_by_id) AND (decided_by_id IS NOT NULL) AND (requested_by_id IS NOT NULL))))),
    CONSTRAINT models_registry_review_number_check CHECK ((number >= 0)),
    CONSTRAINT models_registry_review_revision_check CHECK ((revision >= 0)),
    CONSTRAINT models_registry_review_state CHECK (((state)::text = ANY ((ARRAY['open'::character varying, 'approved'::character varying, 'changes_requested'::character varying, 'withdrawn'::character varying, 'stale'::character varying])::text[]))),
    CONSTRAINT models_registry_review_version_check CHECK ((version >= 0)),
    CONSTRAINT models_registry_review_who_when CHECK ((((decided_at IS NULL) AND (decided_by_id IS NULL)) OR ((decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL))))
);
ALTER TABLE public.models_registry_review ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.models_registry_review_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.models_registry_servingminute (
    id bigint NOT NULL,
    minute timestamp with time zone NOT NULL,
    part smallint NOT NULL,
    calls integer NOT NULL,
    failed integer NOT NULL,
    refused integer NOT NULL,
    latencies integer[] NOT NULL,
    deployment_id bigint NOT NULL,
    CONSTRAINT models_registry_servingminute_calls_check CHECK ((calls >= 0)),
    CONSTRAINT models_registry_servingminute_failed_check CHECK ((failed >= 0)),
    CONSTRAINT models_registry_servingminute_part_check CHECK ((part >= 0)),
    CONSTRAINT models_registry_servingminute_refused_check CHECK ((refused >= 0))
);
ALTER TABLE public.models_registry_servingminute ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.models_registry_servingminute_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.models_registry_versioncomment (
    id bigint NOT NULL,
    text text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    created_by_id bigint NOT NULL,
    model_version_id bigint NOT NULL,
    project_id bigint NOT NULL
);
ALTER TABLE public.models_registry_versioncomment ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.models_registry_versioncomment_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.models_registry_webhook (
    id bigint NOT NULL,
    token character varying(32) NOT NULL,
    name character varying(63) NOT NULL,
    description character varying(1000) NOT NULL,
    url character varying(500) NOT NULL,
    events jsonb NOT NULL,
    status character varying(10) NOT NULL,
    sealed_secret text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    created_by_id bigint,
    project_id bigint NOT NULL,
    CONSTRAINT models_registry_webhook_status CHECK (((status)::text = ANY ((ARRAY['ACTIVE'::character varying, 'DISABLED'::character varying])::text[])))
);
ALTER TABLE public.models_registry_webhook ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.models_registry_webhook_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.monitoring_alert (
    id bigint NOT NULL,
    kind character varying(12) NOT NULL,
    state character varying(14) NOT NULL,
    version integer NOT NULL,
    summary character varying(300) NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    resolved_at timestamp with time zone,
    acknowledged_by_id bigint,
    project_id bigint NOT NULL,
    window_id bigint NOT NULL,
    monitor_id bigint NOT NULL,
    drifting_since timestamp with time zone NOT NULL,
    features jsonb NOT NULL,
    CONSTRAINT monitoring_alert_state CHECK (((state)::text = ANY ((ARRAY['open'::character varying, 'acknowledged'::character varying, 'resolved'::character varying])::text[]))),
    CONSTRAINT monitoring_alert_version_check CHECK ((version >= 0))
);
ALTER TABLE public.monitoring_alert ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.monitoring_alert_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.monitoring_driftwindow (
    id bigint NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone NOT NULL,
    rows integer NOT NULL,
    state character varying(20) NOT NULL,
    features jsonb NOT NULL,
    model_version_id bigint NOT NULL,
    project_id bigint NOT NULL,
    monitor_id bigint NOT NULL,
    performance jsonb NOT NULL,
    CONSTRAINT monitoring_driftwindow_rows_check CHECK ((rows >= 0)),
    CONSTRAINT monitoring_driftwindow_state CHECK (((state)::text = ANY ((ARRAY['stable'::character varying, 'drifted'::character varying, 'insufficient_data'::character varying, 'no_reference'::character varying])::text[])))
);
ALTER TABLE public.monitoring_driftwindow ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.monitoring_driftwindow_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.monitoring_monitor (
    id bigint NOT NULL,
    version integer NOT NULL,
    window_seconds integer NOT NULL,
    min_rows integer NOT NULL,
    confirm_windows smallint NOT NULL,
    watermark timestamp with time zone NOT NULL,
    retrain_on_drift boolean NOT NULL,
    min_labels integer NOT NULL,
    cooldown_seconds integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by_id bigint,
    deployment_id bigint NOT NULL,
    project_id bigint NOT NULL,
    schedule_id bigint,
    CONSTRAINT monitoring_monitor_confirm CHECK ((confirm_windows >= 1)),
    CONSTRAINT monitoring_monitor_confirm_windows_check CHECK ((confirm_windows >= 0)),
    CONSTRAINT monitoring_monitor_cooldown_seconds_check CHECK ((cooldown_seconds >= 0)),
    CONSTRAINT monitoring_monitor_min_labels_check CHECK ((min_labels >= 0)),
    CONSTRAINT monitoring_monitor_min_rows_check CHECK ((min_rows >= 0)),
    CONSTRAINT monitoring_monitor_version_check CHECK ((version >= 0)),
    CONSTRAINT monitoring_monitor_window CHECK ((window_seconds >= 1)),
    CONSTRAINT monitoring_monitor_window_seconds_check CHECK ((window_seconds >= 0))
);
ALTER TABLE public.monitoring_monitor ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.monitoring_monitor_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.monitoring_retraining (
    id bigint NOT NULL,
    state character varying(20) NOT NULL,
    version integer NOT NULL,
    note character varying(300) NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    alert_id bigint,
    dataset_version_id bigint,
    model_version_id bigint,
    monitor_id bigint NOT NULL,
    project_id bigint NOT NULL,
    review_id bigint,
    run_id bigint,
    started_by_id bigint,
    labels_since timestamp with time zone NOT NULL,
    reason character varying(300) NOT NULL,
    CONSTRAINT monitoring_retraining_state CHECK (((state)::text = ANY ((ARRAY['waiting_for_labels'::character varying, 'training'::character varying, 'in_review'::character varying, 'not_better'::character varying, 'deployed'::character varying, 'declined'::character varying, 'failed'::character varying])::text[]))),
    CONSTRAINT monitoring_retraining_version_check CHECK ((version >= 0))
);
ALTER TABLE public.monitoring_retraining ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.monitoring_retraining_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.porting_export (
    id bigint NOT NULL,
    experiments jsonb,
    done jsonb NOT NULL,
    notes jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    archive_id character varying(64),
    created_by_id bigint,
    job_id bigint,
    project_id bigint NOT NULL
);
ALTER TABLE public.porting_export ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.porting_export_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.porting_import (
    id bigint NOT NULL,
    kind character varying(10) NOT NULL,
    source character varying(500) NOT NULL,
    sealed text NOT NULL,
    identity character varying(600) NOT NULL,
    experiments jsonb,
    expected jsonb NOT NULL,
    done jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    archive_id character varying(64),
    created_by_id bigint,
    job_id bigint,
    project_id bigint NOT NULL,
    CONSTRAINT porting_import_kind CHECK (((kind)::text = ANY ((ARRAY['server'::character varying, 'archive'::character varying, 'machine'::character varying])::text[])))
);
ALTER TABLE public.porting_import ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.porting_import_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.porting_importeditem (
    id bigint NOT NULL,
    identity character varying(600) NOT NULL,
    kind character varying(10) NOT NULL,
    original_id character varying(300) NOT NULL,
    local_id character varying(300) NOT NULL,
    fingerprint character varying(64) NOT NULL,
    project_id bigint NOT NULL,
    CONSTRAINT porting_item_kind CHECK (((kind)::text = ANY ((ARRAY['experiment'::character varying, 'run'::character varying, 'model'::character varying, 'version'::character varying])::text[])))
);
ALTER TABLE public.porting_importeditem ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.porting_importeditem_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.porting_importnote (
    id bigint NOT NULL,
    kind character varying(30) NOT NULL,
    item character varying(300) NOT NULL,
    name character varying(250) NOT NULL,
    reason character varying(500) NOT NULL,
    of_id bigint NOT NULL
);
ALTER TABLE public.porting_importnote ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.porting_importnote_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_assumption (
    id bigint NOT NULL,
    number integer NOT NULL,
    version integer NOT NULL,
    text text NOT NULL,
    importance character varying(6) NOT NULL,
    test text NOT NULL,
    experiment character varying(200) NOT NULL,
    state character varying(9) NOT NULL,
    finding text NOT NULL,
    settled_at timestamp with time zone,
    removed_at timestamp with time zone,
    item_id bigint,
    owner_id bigint,
    project_id bigint NOT NULL,
    spike_id bigint,
    CONSTRAINT projects_assumption_importance CHECK (((importance)::text = ANY ((ARRAY['low'::character varying, 'medium'::character varying, 'high'::character varying])::text[]))),
    CONSTRAINT projects_assumption_number_check CHECK ((number >= 0)),
    CONSTRAINT projects_assumption_settled CHECK ((((settled_at IS NULL) AND ((state)::text = 'open'::text)) OR ((settled_at IS NOT NULL) AND ((state)::text = ANY ((ARRAY['supported'::character varying, 'refuted'::character varying])::text[])) AND (NOT (finding = ''::text))))),
    CONSTRAINT projects_assumption_text CHECK ((NOT (text = ''::text))),
    CONSTRAINT projects_assumption_version_check CHECK ((version >= 0))
);
ALTER TABLE public.projects_assumption ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_assumption_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_attachment (
    id bigint NOT NULL,
    name character varying(200) NOT NULL,
    media_type character varying(20) NOT NULL,
    visibility character varying(8) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    blob_id character varying(64) NOT NULL,
    created_by_id bigint NOT NULL,
    item_id bigint NOT NULL,
    project_id bigint NOT NULL,
    CONSTRAINT projects_attachment_visibility CHECK (((visibility)::text = ANY ((ARRAY['team'::character varying, 'everyone'::character varying])::text[])))
);
ALTER TABLE public.projects_attachment ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_attachment_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_ceiling (
    project_id bigint NOT NULL,
    version integer NOT NULL,
    money double precision,
    skills jsonb NOT NULL,
    run_cost double precision,
    latency_ms double precision,
    alerts double precision,
    is_blind boolean NOT NULL,
    sealed_at timestamp with time zone NOT NULL,
    opened_at timestamp with time zone,
    sealed_by_id bigint NOT NULL,
    CONSTRAINT projects_ceiling_version_check CHECK ((version >= 0))
);
CREATE TABLE public.projects_classification (
    id bigint NOT NULL,
    number integer NOT NULL,
    regime character varying(40) NOT NULL,
    regime_checked_on date NOT NULL,
    answers jsonb NOT NULL,
    derogates boolean NOT NULL,
    regime_class character varying(12) NOT NULL,
    citation character varying(200) NOT NULL,
    exposure smallint NOT NULL,
    automation smallint NOT NULL,
    is_complex boolean NOT NULL,
    population text NOT NULL,
    purpose_text text NOT NULL,
    tier smallint,
    note text NOT NULL,
    decided_at timestamp with time zone NOT NULL,
    decided_by_id bigint NOT NULL,
    project_id bigint NOT NULL,
    is_waiting boolean NOT NULL,
    confirmed_by_id bigint,
    confirmed_at timestamp with time zone,
    CONSTRAINT projects_class_confirmed CHECK ((((confirmed_at IS NULL) AND (confirmed_by_id IS NULL)) OR ((confirmed_at IS NOT NULL) AND (confirmed_by_id IS NOT NULL) AND (NOT is_waiting)))),
    CONSTRAINT projects_class_known CHECK (((regime_class)::text = ANY ((ARRAY['minimal'::character varying, 'transparency'::character varying, 'high'::character varying, 'prohibited'::character varying])::text[]))),
    CONSTRAINT projects_class_materiality CHECK ((((automation >= 1) AND (automation <= 4)) AND ((exposure >= 1) AND (exposure <= 4)))),
    CONSTRAINT projects_class_tier CHECK (((((regime_class)::text = 'prohibited'::text) AND (tier IS NULL)) OR ((NOT ((regime_class)::text = 'prohibited'::text)) AND (tier >= exposure) AND ((tier >= 1) AND (tier <= 4))))),
    CONSTRAINT projects_class_two_persons CHECK (((confirmed_by_id IS NULL) OR (NOT ((confirmed_by_id = decided_by_id) AND (confirmed_by_id IS NOT NULL))))),
    CONSTRAINT projects_classification_automation_check CHECK ((automation >= 0)),
    CONSTRAINT projects_classification_exposure_check CHECK ((exposure >= 0)),
    CONSTRAINT projects_classification_number_check CHECK ((number >= 0)),
    CONSTRAINT projects_classification_tier_check CHECK ((tier >= 0))
);
ALTER TABLE public.projects_classification ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_classification_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_control (
    id bigint NOT NULL,
    number integer NOT NULL,
    version integer NOT NULL,
    title character varying(200) NOT NULL,
    kind character varying(10) NOT NULL,
    state character varying(8) NOT NULL,
    evidence character varying(500) NOT NULL,
    owner_id bigint,
    risk_id bigint NOT NULL,
    CONSTRAINT projects_control_kind CHECK (((kind)::text = ANY ((ARRAY['preventive'::character varying, 'detective'::character varying, 'corrective'::character varying])::text[]))),
    CONSTRAINT projects_control_number_check CHECK ((number >= 0)),
    CONSTRAINT projects_control_state CHECK (((state)::text = ANY ((ARRAY['planned'::character varying, 'in_place'::character varying, 'failing'::character varying, 'retired'::character varying])::text[]))),
    CONSTRAINT projects_control_version_check CHECK ((version >= 0))
);
ALTER TABLE public.projects_control ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_control_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_delegation (
    id bigint NOT NULL,
    number integer NOT NULL,
    role character varying(20) NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    reason text NOT NULL,
    given_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    given_by_id bigint NOT NULL,
    given_to_id bigint NOT NULL,
    project_id bigint NOT NULL,
    CONSTRAINT projects_delegation_days CHECK ((ends_on >= starts_on)),
    CONSTRAINT projects_delegation_number_check CHECK ((number >= 0)),
    CONSTRAINT projects_delegation_role CHECK (((role)::text = ANY ((ARRAY['owner'::character varying, 'product_owner'::character varying, 'data_scientist'::character varying, 'engineer'::character varying, 'validator'::character varying, 'sponsor'::character varying, 'risk'::character varying, 'auditor'::character varying, 'viewer'::character varying])::text[]))),
    CONSTRAINT projects_delegation_two_persons CHECK ((NOT (given_by_id = given_to_id)))
);
ALTER TABLE public.projects_delegation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_delegation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_dossier (
    project_id bigint NOT NULL,
    version integer NOT NULL,
    currency character varying(3) NOT NULL,
    volume double precision[],
    base_rate double precision[],
    benefit double precision[],
    review_cost double precision[],
    false_alarm_cost double precision[],
    month_price double precision,
    years double precision NOT NULL,
    today_recall double precision,
    today_false_alarm_rate double precision,
    today_run_cost double precision,
    today_source text NOT NULL,
    today_measured_on date,
    revised_at timestamp with time zone,
    revised_by_id bigint,
    priors_id bigint,
    dataset character varying(120) NOT NULL,
    dataset_label character varying(250) NOT NULL,
    dataset_positive character varying(200) NOT NULL,
    CONSTRAINT projects_dossier_base_rate CHECK (((base_rate IS NULL) OR ((base_rate[1] <= base_rate[2]) AND (base_rate[2] <= base_rate[3]) AND (
CASE
    WHEN (base_rate IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(base_rate, 1), 0)
END = 3)))),
    CONSTRAINT projects_dossier_benefit CHECK (((benefit IS NULL) OR ((benefit[1] <= benefit[2]) AND (benefit[2] <= benefit[3]) AND (
CASE
    WHEN (benefit IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(benefit, 1), 0)
END = 3)))),
    CONSTRAINT projects_dossier_false_alarm_cost CHECK (((false_alarm_cost IS NULL) OR ((false_alarm_cost[1] <= false_alarm_cost[2]) AND (false_alarm_cost[2] <= false_alarm_cost[3]) AND (
CASE
    WHEN (false_alarm_cost IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(false_alarm_cost, 1), 0)
END = 3)))),
    CONSTRAINT projects_dossier_review_cost CHECK (((review_cost IS NULL) OR ((review_cost[1] <= review_cost[2]) AND (review_cost[2] <= review_cost[3]) AND (
CASE
    WHEN (review_cost IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(review_cost, 1), 0)
END = 3)))),
    CONSTRAINT projects_dossier_version_check CHECK ((version >= 0)),
    CONSTRAINT projects_dossier_volume CHECK (((volume IS NULL) OR ((volume[1] <= volume[2]) AND (volume[2] <= volume[3]) AND (
CASE
    WHEN (volume IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(volume, 1), 0)
END = 3))))
);
CREATE TABLE public.projects_dossierrevision (
    id bigint NOT NULL,
    number integer NOT NULL,
    content jsonb NOT NULL,
    digest character varying(64) NOT NULL,
    revised_at timestamp with time zone NOT NULL,
    project_id bigint NOT NULL,
    revised_by_id bigint,
    CONSTRAINT projects_dossierrevision_number_check CHECK ((number >= 0))
);
ALTER TABLE public.projects_dossierrevision ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_dossierrevision_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_finding (
    id bigint NOT NULL,
    number integer NOT NULL,
    version integer NOT NULL,
    title character varying(200) NOT NULL,
    detail text NOT NULL,
    severity character varying(8) NOT NULL,
    about_type character varying(20) NOT NULL,
    about_id character varying(80) NOT NULL,
    owned_by_ids bigint[] NOT NULL,
    due_date date,
    state character varying(6) NOT NULL,
    breached_at timestamp with time zone,
    opened_at timestamp with time zone NOT NULL,
    resolution text NOT NULL,
    closed_at timestamp with time zone,
    closed_by_id bigint,
    opened_by_id bigint,
    owner_id bigint,
    project_id bigint NOT NULL,
    indicator_id bigint,
    check_id character varying(120) NOT NULL,
    gate character varying(12) NOT NULL,
    is_blocking boolean NOT NULL,
    CONSTRAINT projects_finding_closed_by CHECK ((((closed_at IS NULL) AND (closed_by_id IS NULL) AND ((state)::text = 'open'::text)) OR ((closed_at IS NOT NULL) AND ((state)::text = 'closed'::text) AND ((closed_by_id IS NOT NULL) OR (NOT ((check_id)::text = ''::text)))))),
    CONSTRAINT projects_finding_number_check CHECK ((number >= 0)),
    CONSTRAINT projects_finding_severity CHECK (((severity)::text = ANY ((ARRAY['low'::character varying, 'medium'::character varying, 'high'::character varying, 'critical'::character varying])::text[]))),
    CONSTRAINT projects_finding_version_check CHECK ((version >= 0))
);
ALTER TABLE public.projects_finding ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_finding_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_gateapproval (
    id bigint NOT NULL,
    digest character varying(64) NOT NULL,
    verdict character varying(24) NOT NULL,
    comment text NOT NULL,
    role character varying(20) NOT NULL,
    at timestamp with time zone NOT NULL,
    withdrawn_at timestamp with time zone,
    withdrawn_because text NOT NULL,
    approver_id bigint NOT NULL,
    project_id bigint NOT NULL,
    requester_id bigint NOT NULL,
    evaluation_id bigint NOT NULL,
    request_id bigint NOT NULL,
    delegation_id bigint,
    CONSTRAINT projects_gateapproval_not_requester CHECK ((NOT (approver_id = requester_id))),
    CONSTRAINT projects_gateapproval_verdict CHECK (((verdict)::text = ANY ((ARRAY['approve'::character varying, 'approve_on_conditions'::character varying, 'request_changes'::character varying, 'reject'::character varying])::text[])))
);
ALTER TABLE public.projects_gateapproval ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_gateapproval_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_gatecondition (
    id bigint NOT NULL,
    number integer NOT NULL,
    gate character varying(20) NOT NULL,
    text text NOT NULL,
    due_date date NOT NULL,
    effect character varying(10) NOT NULL,
    met_at timestamp with time zone,
    approval_id bigint NOT NULL,
    met_by_id bigint,
    owner_id bigint NOT NULL,
    project_id bigint NOT NULL,
    CONSTRAINT projects_condition_effect CHECK (((effect)::text = ANY ((ARRAY['warn'::character varying, 'revoke'::character varying])::text[]))),
    CONSTRAINT projects_condition_not_by_owner CHECK (((met_by_id IS NULL) OR (NOT ((met_by_id = owner_id) AND (met_by_id IS NOT NULL))))),
    CONSTRAINT projects_condition_who_when CHECK ((((met_at IS NULL) AND (met_by_id IS NULL)) OR ((met_at IS NOT NULL) AND (met_by_id IS NOT NULL)))),
    CONSTRAINT projects_gatecondition_number_check CHECK ((number >= 0))
);
ALTER TABLE public.projects_gatecondition ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_gatecondition_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_gatedecision (
    id bigint NOT NULL,
    gate character varying(20) NOT NULL,
    evidence jsonb NOT NULL,
    comment text NOT NULL,
    decided_at timestamp with time zone NOT NULL,
    decided_by_id bigint NOT NULL,
    project_id bigint NOT NULL,
    evaluation_id bigint,
    emergency_id bigint,
    round smallint NOT NULL,
    CONSTRAINT projects_gatedecision_gate CHECK (((gate)::text = ANY ((ARRAY['scope'::character varying, 'feasibility'::character varying, 'release'::character varying, 'retirement'::character varying])::text[]))),
    CONSTRAINT projects_gatedecision_round_check CHECK ((round >= 0))
);
ALTER TABLE public.projects_gatedecision ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_gatedecision_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_gateevaluation (
    id bigint NOT NULL,
    gate character varying(20) NOT NULL,
    facts jsonb NOT NULL,
    findings jsonb NOT NULL,
    bound jsonb NOT NULL,
    digest character varying(64) NOT NULL,
    is_met boolean NOT NULL,
    at timestamp with time zone NOT NULL,
    valid_until timestamp with time zone,
    project_id bigint NOT NULL,
    policy_id bigint NOT NULL,
    CONSTRAINT projects_evaluation_gate CHECK (((gate)::text = ANY ((ARRAY['scope'::character varying, 'feasibility'::character varying, 'release'::character varying, 'retirement'::character varying])::text[])))
);
ALTER TABLE public.projects_gateevaluation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_gateevaluation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_gaterequest (
    id bigint NOT NULL,
    number integer NOT NULL,
    gate character varying(20) NOT NULL,
    state character varying(10) NOT NULL,
    comment text NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    project_id bigint NOT NULL,
    requested_by_id bigint NOT NULL,
    CONSTRAINT projects_gaterequest_gate CHECK (((gate)::text = ANY ((ARRAY['scope'::character varying, 'feasibility'::character varying, 'release'::character varying, 'retirement'::character varying])::text[]))),
    CONSTRAINT projects_gaterequest_number_check CHECK ((number >= 0)),
    CONSTRAINT projects_gaterequest_state CHECK (((state)::text = ANY ((ARRAY['open'::character varying, 'withdrawn'::character varying, 'passed'::character varying])::text[]))),
    CONSTRAINT projects_gaterequest_when CHECK ((((closed_at IS NULL) AND ((state)::text = 'open'::text)) OR ((NOT ((state)::text = 'open'::text)) AND (closed_at IS NOT NULL))))
);
ALTER TABLE public.projects_gaterequest ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_gaterequest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_gatewaiver (
    id bigint NOT NULL,
    number integer NOT NULL,
    gate character varying(20) NOT NULL,
    check_id character varying(80) NOT NULL,
    reason text NOT NULL,
    granted_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    granted_by_id bigint NOT NULL,
    project_id bigint NOT NULL,
    CONSTRAINT projects_gatewaiver_number_check CHECK ((number >= 0)),
    CONSTRAINT projects_waiver_days CHECK (((expires_at > granted_at) AND (expires_at <= (granted_at + '90 days'::interval))))
);
ALTER TABLE public.projects_gatewaiver ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_gatewaiver_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_healthnote (
    id bigint NOT NULL,
    light character varying(5) NOT NULL,
    note text NOT NULL,
    set_at timestamp with time zone NOT NULL,
    project_id bigint NOT NULL,
    set_by_id bigint NOT NULL,
    CONSTRAINT projects_healthnote_light CHECK (((light)::text = ANY ((ARRAY['green'::character varying, 'amber'::character varying, 'red'::character varying])::text[]))),
    CONSTRAINT projects_healthnote_said CHECK ((((light)::text = 'green'::text) OR (NOT (note = ''::text))))
);
ALTER TABLE public.projects_healthnote ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_healthnote_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_indicator (
    id bigint NOT NULL,
    number integer NOT NULL,
    metric character varying(60) NOT NULL,
    subject character varying(120) NOT NULL,
    operator character varying(3) NOT NULL,
    threshold double precision NOT NULL,
    window_seconds integer NOT NULL,
    breach_likelihood smallint NOT NULL,
    last_value double precision,
    last_at timestamp with time zone,
    breached_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    removed_at timestamp with time zone,
    created_by_id bigint NOT NULL,
    risk_id bigint NOT NULL,
    CONSTRAINT projects_indicator_breach_likelihood_check CHECK ((breach_likelihood >= 0)),
    CONSTRAINT projects_indicator_likelihood CHECK (((breach_likelihood >= 1) AND (breach_likelihood <= 5))),
    CONSTRAINT projects_indicator_number_check CHECK ((number >= 0)),
    CONSTRAINT projects_indicator_operator CHECK (((operator)::text = ANY ((ARRAY['gt'::character varying, 'gte'::character varying, 'lt'::character varying, 'lte'::character varying])::text[]))),
    CONSTRAINT projects_indicator_window_seconds_check CHECK ((window_seconds >= 0))
);
ALTER TABLE public.projects_indicator ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_indicator_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_indicatorreading (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    value double precision NOT NULL,
    indicator_id bigint NOT NULL
);
ALTER TABLE public.projects_indicatorreading ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_indicatorreading_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_itemblock (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    blocked_id bigint NOT NULL,
    blocker_id bigint NOT NULL,
    created_by_id bigint NOT NULL,
    CONSTRAINT projects_block_not_itself CHECK ((NOT (blocker_id = blocked_id)))
);
ALTER TABLE public.projects_itemblock ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_itemblock_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_itemcomment (
    id bigint NOT NULL,
    text text NOT NULL,
    visibility character varying(8) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    created_by_id bigint NOT NULL,
    item_id bigint NOT NULL,
    project_id bigint NOT NULL,
    CONSTRAINT projects_comment_visibility CHECK (((visibility)::text = ANY ((ARRAY['team'::character varying, 'everyone'::character varying])::text[])))
);
ALTER TABLE public.projects_itemcomment ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_itemcomment_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_itemfield (
    id bigint NOT NULL,
    key character varying(40) NOT NULL,
    version integer NOT NULL,
    name character varying(40) NOT NULL,
    type character varying(8) NOT NULL,
    choices character varying(60)[] NOT NULL,
    "position" smallint NOT NULL,
    project_id bigint NOT NULL,
    CONSTRAINT projects_itemfield_choices CHECK ((((
CASE
    WHEN (choices IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(choices, 1), 0)
END > 0) AND ((type)::text = 'choice'::text)) OR ((NOT ((type)::text = 'choice'::text)) AND (
CASE
    WHEN (choices IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(choices, 1), 0)
END = 0)))),
    CONSTRAINT projects_itemfield_position_check CHECK (("position" >= 0)),
    CONSTRAINT projects_itemfield_type CHECK (((type)::text = ANY ((ARRAY['text'::character varying, 'number'::character varying, 'date'::character varying, 'choice'::character varying])::text[]))),
    CONSTRAINT projects_itemfield_version_check CHECK ((version >= 0))
);
ALTER TABLE public.projects_itemfield ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_itemfield_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_itemlink (
    id bigint NOT NULL,
    kind character varying(20) NOT NULL,
    target character varying(120) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by_id bigint NOT NULL,
    item_id bigint NOT NULL
);
ALTER TABLE public.projects_itemlink ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_itemlink_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_itemstatus (
    id bigint NOT NULL,
    key character varying(40) NOT NULL,
    version integer NOT NULL,
    name character varying(40) NOT NULL,
    "group" character varying(12) NOT NULL,
    "position" smallint NOT NULL,
    wip_limit smallint,
    project_id bigint NOT NULL,
    CONSTRAINT projects_itemstatus_position_check CHECK (("position" >= 0)),
    CONSTRAINT projects_itemstatus_version_check CHECK ((version >= 0)),
    CONSTRAINT projects_itemstatus_wip_limit_check CHECK ((wip_limit >= 0)),
    CONSTRAINT projects_status_group CHECK ((("group")::text = ANY ((ARRAY['backlog'::character varying, 'ready'::character varying, 'in_progress'::character varying, 'review'::character varying, 'done'::character varying, 'dropped'::character varying])::text[])))
);
ALTER TABLE public.projects_itemstatus ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_itemstatus_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_itemtemplate (
    id bigint NOT NULL,
    name character varying(60) NOT NULL,
    "values" jsonb NOT NULL,
    project_id bigint NOT NULL,
    version integer NOT NULL,
    CONSTRAINT projects_itemtemplate_version_check CHECK ((version >= 0))
);
ALTER TABLE public.projects_itemtemplate ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_itemtemplate_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_killcriterion (
    id bigint NOT NULL,
    number integer NOT NULL,
    version integer NOT NULL,
    text text NOT NULL,
    due_date date NOT NULL,
    metric character varying(250) NOT NULL,
    threshold double precision,
    is_higher_better boolean NOT NULL,
    reached_at timestamp with time zone,
    reached_by character varying(64) NOT NULL,
    decision character varying(10) NOT NULL,
    reason text NOT NULL,
    decided_at timestamp with time zone,
    decider_id bigint NOT NULL,
    project_id bigint NOT NULL,
    CONSTRAINT projects_killcriterion_decided CHECK ((((decided_at IS NULL) AND ((decision)::text = ''::text)) OR ((decided_at IS NOT NULL) AND ((decision)::text = ANY ((ARRAY['stop'::character varying, 'go_on'::character varying])::text[]))))),
    CONSTRAINT projects_killcriterion_metric CHECK (((((metric)::text = ''::text) AND (threshold IS NULL)) OR ((NOT ((metric)::text = ''::text)) AND (threshold IS NOT NULL)))),
    CONSTRAINT projects_killcriterion_number_check CHECK ((number >= 0)),
    CONSTRAINT projects_killcriterion_version_check CHECK ((version >= 0))
);
ALTER TABLE public.projects_killcriterion ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_killcriterion_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_membership (
    id bigint NOT NULL,
    role character varying(20) NOT NULL,
    added_at timestamp with time zone NOT NULL,
    user_id bigint NOT NULL,
    project_id bigint NOT NULL,
    CONSTRAINT projects_membership_role CHECK (((role)::text = ANY ((ARRAY['owner'::character varying, 'product_owner'::character varying, 'data_scientist'::character varying, 'engineer'::character varying, 'validator'::character varying, 'sponsor'::character varying, 'risk'::character varying, 'auditor'::character varying, 'viewer'::character varying])::text[])))
);
ALTER TABLE public.projects_membership ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_membership_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_objection (
    id bigint NOT NULL,
    function character varying(14) NOT NULL,
    version integer NOT NULL,
    has_none boolean NOT NULL,
    text text NOT NULL,
    written_at timestamp with time zone NOT NULL,
    author_id bigint NOT NULL,
    project_id bigint NOT NULL,
    CONSTRAINT projects_objection_function CHECK (((function)::text = ANY ((ARRAY['business'::character varying, 'data_science'::character varying, 'it'::character varying, 'risk'::character varying])::text[]))),
    CONSTRAINT projects_objection_text CHECK ((NOT (text = ''::text))),
    CONSTRAINT projects_objection_version_check CHECK ((version >= 0))
);
ALTER TABLE public.projects_objection ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_objection_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_outcome (
    project_id bigint NOT NULL,
    version integer NOT NULL,
    title character varying(200) NOT NULL,
    summary text NOT NULL,
    actual_effort double precision,
    months double precision,
    run_cost double precision,
    metric character varying(250) NOT NULL,
    metric_reached double precision,
    value_realised double precision,
    lessons text NOT NULL,
    planned_effort double precision,
    metric_promised double precision,
    value_promised double precision,
    currency character varying(3) NOT NULL,
    ratings jsonb,
    times double precision,
    published_at timestamp with time zone,
    option_id bigint,
    CONSTRAINT projects_outcome_effort CHECK (((actual_effort IS NULL) OR (actual_effort > (0.0)::double precision))),
    CONSTRAINT projects_outcome_learnt CHECK ((((ratings IS NULL) AND (times IS NULL)) OR ((ratings IS NOT NULL) AND (times > (0.0)::double precision)))),
    CONSTRAINT projects_outcome_published_whole CHECK (((published_at IS NULL) OR ((actual_effort IS NOT NULL) AND (metric_reached IS NOT NULL) AND (months IS NOT NULL) AND (run_cost IS NOT NULL) AND (value_realised IS NOT NULL) AND (NOT (lessons = ''::text))))),
    CONSTRAINT projects_outcome_version_check CHECK ((version >= 0))
);
CREATE TABLE public.projects_policyversion (
    id bigint NOT NULL,
    name character varying(60) NOT NULL,
    number integer NOT NULL,
    version integer NOT NULL,
    title character varying(80) NOT NULL,
    text text NOT NULL,
    digest character varying(64) NOT NULL,
    tiers character varying(2)[] NOT NULL,
    state character varying(10) NOT NULL,
    written_at timestamp with time zone NOT NULL,
    published_at timestamp with time zone,
    published_by_id bigint,
    written_by_id bigint,
    CONSTRAINT projects_policy_by_whom CHECK (((NOT ((state)::text = 'published'::text)) OR (written_by_id IS NULL) OR (published_by_id IS NOT NULL))),
    CONSTRAINT projects_policy_state CHECK (((state)::text = ANY ((ARRAY['draft'::character varying, 'published'::character varying, 'discarded'::character varying])::text[]))),
    CONSTRAINT projects_policy_two_persons CHECK (((published_by_id IS NULL) OR (NOT ((published_by_id = written_by_id) AND (published_by_id IS NOT NULL) AND (written_by_id IS NOT NULL))))),
    CONSTRAINT projects_policy_when CHECK (((((state)::text = 'published'::text) AND (published_at IS NOT NULL)) OR ((NOT ((state)::text = 'published'::text)) AND (published_at IS NULL) AND (published_by_id IS NULL)))),
    CONSTRAINT projects_policyversion_number_check CHECK ((number >= 0)),
    CONSTRAINT projects_policyversion_version_check CHECK ((version >= 0))
);
ALTER TABLE public.projects_policyversion ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_policyversion_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_precedent (
    id bigint NOT NULL,
    number integer NOT NULL,
    title character varying(200) NOT NULL,
    planned_effort double precision,
    actual_effort double precision NOT NULL,
    source text NOT NULL,
    project_id bigint NOT NULL,
    finished_id bigint,
    CONSTRAINT projects_precedent_effort CHECK ((actual_effort > (0.0)::double precision)),
    CONSTRAINT projects_precedent_number_check CHECK ((number >= 0))
);
ALTER TABLE public.projects_precedent ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_precedent_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_priorsversion (
    id bigint NOT NULL,
    number integer NOT NULL,
    multipliers jsonb NOT NULL,
    decay double precision NOT NULL,
    finished integer NOT NULL,
    at timestamp with time zone NOT NULL,
    project_id bigint NOT NULL,
    CONSTRAINT projects_priors_decay CHECK (((decay > (0.0)::double precision) AND (decay <= (1.0)::double precision))),
    CONSTRAINT projects_priorsversion_finished_check CHECK ((finished >= 0)),
    CONSTRAINT projects_priorsversion_number_check CHECK ((number >= 0))
);
ALTER TABLE public.projects_priorsversion ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_priorsversion_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_project (
    stream_id bigint NOT NULL,
    key character varying(10) NOT NULL,
    name character varying(120) NOT NULL,
    purpose character varying(500) NOT NULL,
    stage character varying(20) NOT NULL,
    version integer NOT NULL,
    next_item_number integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by_id bigint NOT NULL,
    CONSTRAINT projects_project_key CHECK (((key)::text ~ '^[A-Z][A-Z0-9]{1,9}$'::text)),
    CONSTRAINT projects_project_next_item_number_check CHECK ((next_item_number >= 0)),
    CONSTRAINT projects_project_stage CHECK (((stage)::text = ANY ((ARRAY['scoping'::character varying, 'feasibility'::character varying, 'delivery'::character varying, 'production'::character varying, 'retired'::character varying])::text[]))),
    CONSTRAINT projects_project_version_check CHECK ((version >= 0))
);
CREATE TABLE public.projects_projectpolicy (
    project_id bigint NOT NULL,
    since timestamp with time zone NOT NULL,
    policy_id bigint NOT NULL
);
CREATE TABLE public.projects_readinessanswer (
    id bigint NOT NULL,
    check_id character varying(10) NOT NULL,
    version integer NOT NULL,
    is_met boolean NOT NULL,
    reason text NOT NULL,
    answered_at timestamp with time zone NOT NULL,
    author_id bigint NOT NULL,
    project_id bigint NOT NULL,
    CONSTRAINT projects_readiness_check CHECK (((check_id)::text = ANY ((ARRAY['exists'::character varying, 'lawful'::character varying, 'joined'::character varying, 'label'::character varying, 'delay'::character varying, 'volume'::character varying, 'available'::character varying, 'stable'::character varying])::text[]))),
    CONSTRAINT projects_readiness_reason CHECK ((NOT (reason = ''::text))),
    CONSTRAINT projects_readinessanswer_version_check CHECK ((version >= 0))
);
ALTER TABLE public.projects_readinessanswer ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_readinessanswer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_reviewcard (
    id bigint NOT NULL,
    number integer NOT NULL,
    version integer NOT NULL,
    kind character varying(10) NOT NULL,
    text character varying(500) NOT NULL,
    written_at timestamp with time zone NOT NULL,
    item_id bigint,
    project_id bigint NOT NULL,
    written_by_id bigint NOT NULL,
    review_id bigint NOT NULL,
    CONSTRAINT projects_reviewcard_item CHECK (((item_id IS NULL) OR ((kind)::text = ANY ((ARRAY['decision'::character varying, 'action'::character varying])::text[])))),
    CONSTRAINT projects_reviewcard_kind CHECK (((kind)::text = ANY ((ARRAY['went_well'::character varying, 'to_improve'::character varying, 'question'::character varying, 'decision'::character varying, 'action'::character varying])::text[]))),
    CONSTRAINT projects_reviewcard_number_check CHECK ((number >= 0)),
    CONSTRAINT projects_reviewcard_version_check CHECK ((version >= 0))
);
ALTER TABLE public.projects_reviewcard ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_reviewcard_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_reviewlink (
    id bigint NOT NULL,
    number integer NOT NULL,
    label character varying(80) NOT NULL,
    digest character varying(64) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    opened integer NOT NULL,
    counted_from timestamp with time zone,
    last_opened_at timestamp with time zone,
    created_by_id bigint NOT NULL,
    project_id bigint NOT NULL,
    review_id bigint NOT NULL,
    CONSTRAINT projects_reviewlink_number_check CHECK ((number >= 0)),
    CONSTRAINT projects_reviewlink_opened_check CHECK ((opened >= 0))
);
ALTER TABLE public.projects_reviewlink ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_reviewlink_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_reviewvote (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    card_id bigint NOT NULL,
    user_id bigint NOT NULL
);
ALTER TABLE public.projects_reviewvote ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_reviewvote_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_risk (
    id bigint NOT NULL,
    number integer NOT NULL,
    version integer NOT NULL,
    title character varying(200) NOT NULL,
    cause text NOT NULL,
    consequence text NOT NULL,
    phase character varying(20) NOT NULL,
    likelihood smallint NOT NULL,
    impact smallint NOT NULL,
    treatment text NOT NULL,
    state character varying(10) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by_id bigint NOT NULL,
    owner_id bigint,
    project_id bigint NOT NULL,
    has_sunk boolean NOT NULL,
    affected text NOT NULL,
    category character varying(12) NOT NULL,
    event text NOT NULL,
    inherent_impact smallint NOT NULL,
    inherent_likelihood smallint NOT NULL,
    knowledge character varying(6) NOT NULL,
    next_review_date date,
    target_impact smallint,
    target_likelihood smallint,
    treatment_kind character varying(6) NOT NULL,
    frequency double precision,
    loss_high double precision,
    loss_low double precision,
    CONSTRAINT projects_risk_impact CHECK (((impact >= 1) AND (impact <= 5))),
    CONSTRAINT projects_risk_impact_check CHECK ((impact >= 0)),
    CONSTRAINT projects_risk_inherent CHECK ((((inherent_impact >= 1) AND (inherent_impact <= 5)) AND ((inherent_likelihood >= 1) AND (inherent_likelihood <= 5)))),
    CONSTRAINT projects_risk_inherent_impact_check CHECK ((inherent_impact >= 0)),
    CONSTRAINT projects_risk_inherent_likelihood_check CHECK ((inherent_likelihood >= 0)),
    CONSTRAINT projects_risk_knowledge CHECK (((knowledge)::text = ANY ((ARRAY['weak'::character varying, 'medium'::character varying, 'strong'::character varying])::text[]))),
    CONSTRAINT projects_risk_likelihood CHECK (((likelihood >= 1) AND (likelihood <= 5))),
    CONSTRAINT projects_risk_likelihood_check CHECK ((likelihood >= 0)),
    CONSTRAINT projects_risk_number_check CHECK ((number >= 0)),
    CONSTRAINT projects_risk_phase CHECK (((phase)::text = ANY ((ARRAY['planning'::character varying, 'scoping'::character varying, 'technology'::character varying, 'experimentation'::character varying, 'data'::character varying, 'people'::character varying, 'production'::character varying])::text[]))),
    CONSTRAINT projects_risk_priced CHECK ((((frequency IS NULL) AND (loss_high IS NULL) AND (loss_low IS NULL)) OR ((frequency > (0.0)::double precision) AND (loss_high >= loss_low) AND (loss_low > (0.0)::double precision)))),
    CONSTRAINT projects_risk_state CHECK (((state)::text = ANY ((ARRAY['open'::character varying, 'treated'::character varying, 'accepted'::character varying])::text[]))),
    CONSTRAINT projects_risk_target CHECK ((((target_impact IS NULL) AND (target_likelihood IS NULL)) OR (((target_impact >= 1) AND (target_impact <= 5)) AND ((target_likelihood >= 1) AND (target_likelihood <= 5))))),
    CONSTRAINT projects_risk_target_impact_check CHECK ((target_impact >= 0)),
    CONSTRAINT projects_risk_target_likelihood_check CHECK ((target_likelihood >= 0)),
    CONSTRAINT projects_risk_version_check CHECK ((version >= 0))
);
ALTER TABLE public.projects_risk ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_risk_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_riskacceptance (
    id bigint NOT NULL,
    level smallint NOT NULL,
    reason text NOT NULL,
    until date NOT NULL,
    signed_for character varying(8) NOT NULL,
    signed_at timestamp with time zone NOT NULL,
    countersigned_for character varying(8) NOT NULL,
    countersigned_at timestamp with time zone,
    ended_because character varying(200) NOT NULL,
    countersigned_by_id bigint,
    risk_id bigint NOT NULL,
    signed_by_id bigint NOT NULL,
    CONSTRAINT projects_acceptance_never_critical CHECK (((level >= 1) AND (level <= 3))),
    CONSTRAINT projects_acceptance_signed_when CHECK ((((countersigned_at IS NULL) AND (countersigned_by_id IS NULL)) OR ((countersigned_at IS NOT NULL) AND (countersigned_by_id IS NOT NULL)))),
    CONSTRAINT projects_acceptance_two_persons CHECK (((countersigned_by_id IS NULL) OR (NOT ((countersigned_by_id = signed_by_id) AND (countersigned_by_id IS NOT NULL))))),
    CONSTRAINT projects_acceptance_two_sides CHECK (((countersigned_by_id IS NULL) OR (NOT ((countersigned_for)::text = (signed_for)::text)))),
    CONSTRAINT projects_riskacceptance_level_check CHECK ((level >= 0))
);
ALTER TABLE public.projects_riskacceptance ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_riskacceptance_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_savedview (
    id bigint NOT NULL,
    name character varying(60) NOT NULL,
    layout character varying(8) NOT NULL,
    query text NOT NULL,
    is_shared boolean NOT NULL,
    owner_id bigint NOT NULL,
    project_id bigint NOT NULL,
    CONSTRAINT projects_view_layout CHECK (((layout)::text = ANY ((ARRAY['table'::character varying, 'list'::character varying, 'board'::character varying])::text[])))
);
ALTER TABLE public.projects_savedview ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_savedview_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_scope (
    project_id bigint NOT NULL,
    version integer NOT NULL,
    decision text NOT NULL,
    metric character varying(60) NOT NULL,
    direction character varying(6) NOT NULL,
    baseline double precision,
    baseline_source text NOT NULL,
    minimal_useful double precision,
    benefit_low numeric(14,2),
    benefit_high numeric(14,2),
    cost_low numeric(14,2),
    cost_high numeric(14,2),
    precedent text NOT NULL,
    precedent_difference text NOT NULL,
    revised_at timestamp with time zone,
    revised_by_id bigint,
    CONSTRAINT projects_scope_benefit_range CHECK (((benefit_low IS NULL) OR (benefit_high IS NULL) OR (benefit_low <= benefit_high))),
    CONSTRAINT projects_scope_cost_range CHECK (((cost_low IS NULL) OR (cost_high IS NULL) OR (cost_low <= cost_high))),
    CONSTRAINT projects_scope_version_check CHECK ((version >= 0))
);
CREATE TABLE public.projects_scopeoption (
    id bigint NOT NULL,
    number integer NOT NULL,
    version integer NOT NULL,
    kind character varying(10) NOT NULL,
    title character varying(200) NOT NULL,
    summary text NOT NULL,
    estimate double precision,
    effort double precision[],
    recall double precision[],
    false_alarm_rate double precision[],
    run_cost double precision[],
    latency_ms double precision[],
    skills jsonb NOT NULL,
    removed_at timestamp with time zone,
    costed_by_id bigint,
    project_id bigint NOT NULL,
    precedent_id bigint,
    CONSTRAINT projects_option_effort CHECK (((effort IS NULL) OR ((effort[1] <= effort[2]) AND (effort[2] <= effort[3]) AND (
CASE
    WHEN (effort IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(effort, 1), 0)
END = 3)))),
    CONSTRAINT projects_option_false_alarm_rate CHECK (((false_alarm_rate IS NULL) OR ((false_alarm_rate[1] <= false_alarm_rate[2]) AND (false_alarm_rate[2] <= false_alarm_rate[3]) AND (
CASE
    WHEN (false_alarm_rate IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(false_alarm_rate, 1), 0)
END = 3)))),
    CONSTRAINT projects_option_kind CHECK (((kind)::text = ANY ((ARRAY['none'::character varying, 'simple'::character varying, 'ambitious'::character varying])::text[]))),
    CONSTRAINT projects_option_latency_ms CHECK (((latency_ms IS NULL) OR ((latency_ms[1] <= latency_ms[2]) AND (latency_ms[2] <= latency_ms[3]) AND (
CASE
    WHEN (latency_ms IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(latency_ms, 1), 0)
END = 3)))),
    CONSTRAINT projects_option_recall CHECK (((recall IS NULL) OR ((recall[1] <= recall[2]) AND (recall[2] <= recall[3]) AND (
CASE
    WHEN (recall IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(recall, 1), 0)
END = 3)))),
    CONSTRAINT projects_option_run_cost CHECK (((run_cost IS NULL) OR ((run_cost[1] <= run_cost[2]) AND (run_cost[2] <= run_cost[3]) AND (
CASE
    WHEN (run_cost IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(run_cost, 1), 0)
END = 3)))),
    CONSTRAINT projects_scopeoption_number_check CHECK ((number >= 0)),
    CONSTRAINT projects_scopeoption_version_check CHECK ((version >= 0))
);
ALTER TABLE public.projects_scopeoption ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_scopeoption_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_sheet (
    id bigint NOT NULL,
    is_second boolean NOT NULL,
    version integer NOT NULL,
    ratings jsonb NOT NULL,
    evidence jsonb NOT NULL,
    rated_at timestamp with time zone NOT NULL,
    precedent_id bigint NOT NULL,
    rater_id bigint NOT NULL,
    CONSTRAINT projects_sheet_version_check CHECK ((version >= 0))
);
ALTER TABLE public.projects_sheet ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_sheet_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_spike (
    id bigint NOT NULL,
    number integer NOT NULL,
    version integer NOT NULL,
    state character varying(10) NOT NULL,
    tests character varying(40) NOT NULL,
    title character varying(200) NOT NULL,
    hypothesis text NOT NULL,
    days smallint NOT NULL,
    spending_cap double precision NOT NULL,
    experiment character varying(200) NOT NULL,
    dataset character varying(120) NOT NULL,
    metric character varying(250) NOT NULL,
    is_higher_better boolean NOT NULL,
    proceed_at double precision,
    kill_at double precision,
    least_runs smallint NOT NULL,
    digest character varying(64) NOT NULL,
    locked_at timestamp with time zone,
    samples jsonb NOT NULL,
    zone character varying(10) NOT NULL,
    comment text NOT NULL,
    ended_at timestamp with time zone,
    item_id bigint NOT NULL,
    locked_by_id bigint,
    option_id bigint NOT NULL,
    project_id bigint NOT NULL,
    CONSTRAINT projects_spike_days CHECK (((days >= 1) AND (days <= 28))),
    CONSTRAINT projects_spike_days_check CHECK ((days >= 0)),
    CONSTRAINT projects_spike_ended CHECK ((((ended_at IS NOT NULL) AND ((state)::text = 'ended'::text) AND ((zone)::text = ANY ((ARRAY['proceed'::character varying, 'pivot'::character varying, 'kill'::character varying, 'stopped'::character varying])::text[]))) OR ((NOT ((state)::text = 'ended'::text)) AND (ended_at IS NULL) AND ((zone)::text = ''::text)))),
    CONSTRAINT projects_spike_least_runs_check CHECK ((least_runs >= 0)),
    CONSTRAINT projects_spike_locked CHECK (((((digest)::text = ''::text) AND (locked_at IS NULL) AND (locked_by_id IS NULL) AND ((state)::text = 'planned'::text)) OR ((NOT ((state)::text = 'planned'::text)) AND (locked_at IS NOT NULL) AND (locked_by_id IS NOT NULL) AND (NOT ((digest)::text = ''::text))))),
    CONSTRAINT projects_spike_number_check CHECK ((number >= 0)),
    CONSTRAINT projects_spike_state CHECK (((state)::text = ANY ((ARRAY['planned'::character varying, 'locked'::character varying, 'ended'::character varying])::text[]))),
    CONSTRAINT projects_spike_version_check CHECK ((version >= 0)),
    CONSTRAINT projects_spike_zones CHECK (((proceed_at IS NULL) OR (kill_at IS NULL) OR (is_higher_better AND (kill_at <= proceed_at)) OR ((NOT is_higher_better) AND (kill_at >= proceed_at))))
);
ALTER TABLE public.projects_spike ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_spike_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_sprint (
    id bigint NOT NULL,
    number integer NOT NULL,
    version integer NOT NULL,
    goal character varying(200) NOT NULL,
    start_date date NOT NULL,
    end_date date NOT NULL,
    state character varying(10) NOT NULL,
    project_id bigint NOT NULL,
    CONSTRAINT projects_sprint_dates CHECK ((end_date >= start_date)),
    CONSTRAINT projects_sprint_number_check CHECK ((number >= 0)),
    CONSTRAINT projects_sprint_state CHECK (((state)::text = ANY ((ARRAY['planned'::character varying, 'active'::character varying, 'closed'::character varying])::text[]))),
    CONSTRAINT projects_sprint_version_check CHECK ((version >= 0))
);
ALTER TABLE public.projects_sprint ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_sprint_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_sprintcapacity (
    id bigint NOT NULL,
    discipline character varying(16) NOT NULL,
    points smallint NOT NULL,
    days_off smallint NOT NULL,
    sprint_id bigint NOT NULL,
    user_id bigint NOT NULL,
    CONSTRAINT projects_capacity_discipline CHECK (((discipline)::text = ANY ((ARRAY['product'::character varying, 'data_science'::character varying, 'engineering'::character varying, 'validation'::character varying])::text[]))),
    CONSTRAINT projects_sprintcapacity_days_off_check CHECK ((days_off >= 0)),
    CONSTRAINT projects_sprintcapacity_points_check CHECK ((points >= 0))
);
ALTER TABLE public.projects_sprintcapacity ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_sprintcapacity_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_sprintreview (
    id bigint NOT NULL,
    version integer NOT NULL,
    verdict character varying(10) NOT NULL,
    verdict_note text NOT NULL,
    snapshot jsonb,
    digest character varying(64) NOT NULL,
    closed_at timestamp with time zone,
    closed_by_id bigint,
    project_id bigint NOT NULL,
    sprint_id bigint NOT NULL,
    CONSTRAINT projects_sprintreview_frozen CHECK ((((closed_at IS NULL) AND (closed_by_id IS NULL) AND ((digest)::text = ''::text) AND (snapshot = 'null'::jsonb)) OR ((closed_at IS NOT NULL) AND (snapshot IS NOT NULL) AND (NOT ((digest)::text = ''::text))))),
    CONSTRAINT projects_sprintreview_verdict CHECK (((verdict)::text = ANY ((ARRAY[''::character varying, 'met'::character varying, 'partly'::character varying, 'missed'::character varying])::text[]))),
    CONSTRAINT projects_sprintreview_version_check CHECK ((version >= 0))
);
ALTER TABLE public.projects_sprintreview ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_sprintreview_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects_workitem (
    id bigint NOT NULL,
    number integer NOT NULL,
    version integer NOT NULL,
    title character varying(200) NOT NULL,
    description text NOT NULL,
    kind character varying(12) NOT NULL,
    state character varying(12) NOT NULL,
    points smallint,
    rank double precision NOT NULL,
    created_at timestamp with time zone NOT NULL,
    assignee_id bigint,
    created_by_id bigint NOT NULL,
    project_id bigint NOT NULL,
    sprint_id bigint,
    baseline double precision,
    block_cause character varying(12) NOT NULL,
    block_reason character varying(200) NOT NULL,
    blocked_at timestamp with time zone,
    custom jsonb NOT NULL,
    external_id character varying(120) NOT NULL,
    external_source character varying(40) NOT NULL,
    hypothesis text NOT NULL,
    labels character varying(40)[] NOT NULL,
    metric character varying(250) NOT NULL,
    moved_at timestamp with time zone,
    parent_id bigint,
    points_data_science smallint,
    points_engineering smallint,
    points_product smallint,
    points_validation smallint,
    priority smallint NOT NULL,
    result character varying(12) NOT NULL,
    result_note text NOT NULL,
    time_box_days smallint,
    status_id bigint,
    triage character varying(8) NOT NULL,
    triage_reason character varying(500) NOT NULL,
    CONSTRAINT projects_item_block CHECK (((((block_cause)::text = ''::text) AND (blocked_at IS NULL)) OR (((block_cause)::text = ANY ((ARRAY['data'::character varying, 'access'::character varying, 'decision'::character varying, 'people'::character varying, 'dependency'::character varying, 'environment'::character varying, 'supplier'::character varying, 'other'::character varying])::text[])) AND (blocked_at IS NOT NULL)))),
    CONSTRAINT projects_item_external_both CHECK (((((external_id)::text = ''::text) AND ((external_source)::text = ''::text)) OR ((NOT ((external_source)::text = ''::text)) AND (NOT ((external_id)::text = ''::text))))),
    CONSTRAINT projects_item_kind CHECK (((kind)::text = ANY ((ARRAY['story'::character varying, 'task'::character varying, 'data'::character varying, 'experiment'::character varying, 'spike'::character varying, 'risk'::character varying, 'approval'::character varying, 'incident'::character varying, 'release'::character varying])::text[]))),
    CONSTRAINT projects_item_not_its_own_parent CHECK (((parent_id IS NULL) OR (NOT ((parent_id = id) AND (parent_id IS NOT NULL))))),
    CONSTRAINT projects_item_points_are_the_sum CHECK ((((points_data_science IS NULL) AND (points_engineering IS NULL) AND (points_product IS NULL) AND (points_validation IS NULL)) OR (points = (((COALESCE((points_product)::integer, 0) + COALESCE((points_data_science)::integer, 0)) + COALESCE((points_engineering)::integer, 0)) + COALESCE((points_validation)::integer, 0))))),
    CONSTRAINT projects_item_priority CHECK ((priority = ANY (ARRAY[0, 1, 2, 3, 4]))),
    CONSTRAINT projects_item_result CHECK (((result)::text = ANY ((ARRAY[''::character varying, 'confirmed'::character varying, 'refuted'::character varying, 'inconclusive'::character varying])::text[]))),
    CONSTRAINT projects_item_state CHECK (((state)::text = ANY ((ARRAY['backlog'::character varying, 'ready'::character varying, 'in_progress'::character varying, 'review'::character varying, 'done'::character varying, 'dropped'::character varying])::text[]))),
    CONSTRAINT projects_item_triage CHECK (((triage)::text = ANY ((ARRAY[''::character varying, 'waiting'::character varying, 'accepted'::character varying, 'declined'::character varying])::text[]))),
    CONSTRAINT projects_item_triage_waits CHECK (((NOT ((triage)::text = 'waiting'::text)) OR ((sprint_id IS NULL) AND ((state)::text = 'backlog'::text)))),
    CONSTRAINT projects_workitem_number_check CHECK ((number >= 0)),
    CONSTRAINT projects_workitem_points_check CHECK ((points >= 0)),
    CONSTRAINT projects_workitem_points_data_science_check CHECK ((points_data_science >= 0)),
    CONSTRAINT projects_workitem_points_engineering_check CHECK ((points_engineering >= 0)),
    CONSTRAINT projects_workitem_points_product_check CHECK ((points_product >= 0)),
    CONSTRAINT projects_workitem_points_validation_check CHECK ((points_validation >= 0)),
    CONSTRAINT projects_workitem_priority_check CHECK ((priority >= 0)),
    CONSTRAINT projects_workitem_time_box_days_check CHECK ((time_box_days >= 0)),
    CONSTRAINT projects_workitem_version_check CHECK ((version >= 0))
);
ALTER TABLE public.projects_workitem ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.projects_workitem_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_name_key UNIQUE (name);
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_permission_id_0cd325b0_uniq UNIQUE (group_id, permission_id);
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_codename_01ab375a_uniq UNIQUE (content_type_id, codename);
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.core_blob
    ADD CONSTRAINT core_blob_pkey PRIMARY KEY (digest);
ALTER TABLE ONLY public.core_delivery
    ADD CONSTRAINT core_delivery_once UNIQUE (event_id, handler);
ALTER TABLE ONLY public.core_delivery
    ADD CONSTRAINT core_delivery_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.core_event
    ADD CONSTRAINT core_event_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.core_event
    ADD CONSTRAINT core_event_stream_seq UNIQUE (stream_id, seq);
ALTER TABLE ONLY public.core_failedsignin
    ADD CONSTRAINT core_failedsignin_once UNIQUE (username, address);
ALTER TABLE ONLY public.core_failedsignin
    ADD CONSTRAINT core_failedsignin_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.core_idempotencykey
    ADD CONSTRAINT core_idempotency_once UNIQUE (user_id, route, key);
ALTER TABLE ONLY public.core_idempotencykey
    ADD CONSTRAINT core_idempotencykey_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.core_job
    ADD CONSTRAINT core_job_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.core_joblog
    ADD CONSTRAINT core_joblog_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.core_schedule
    ADD CONSTRAINT core_schedule_once UNIQUE (kind, subject_type, subject_id);
ALTER TABLE ONLY public.core_schedule
    ADD CONSTRAINT core_schedule_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.core_schedulefire
    ADD CONSTRAINT core_schedulefire_once UNIQUE (schedule_id, slot);
ALTER TABLE ONLY public.core_schedulefire
    ADD CONSTRAINT core_schedulefire_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.core_setuplink
    ADD CONSTRAINT core_setuplink_digest_key UNIQUE (digest);
ALTER TABLE ONLY public.core_setuplink
    ADD CONSTRAINT core_setuplink_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.core_stream
    ADD CONSTRAINT core_stream_name_key UNIQUE (name);
ALTER TABLE ONLY public.core_stream
    ADD CONSTRAINT core_stream_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.core_titleword
    ADD CONSTRAINT core_titleword_pkey PRIMARY KEY (word);
ALTER TABLE ONLY public.core_token
    ADD CONSTRAINT core_token_digest_key UNIQUE (digest);
ALTER TABLE ONLY public.core_token
    ADD CONSTRAINT core_token_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.core_user_groups
    ADD CONSTRAINT core_user_groups_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.core_user_groups
    ADD CONSTRAINT core_user_groups_user_id_group_id_c82fcad1_uniq UNIQUE (user_id, group_id);
ALTER TABLE ONLY public.core_user
    ADD CONSTRAINT core_user_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.core_user_user_permissions
    ADD CONSTRAINT core_user_user_permissions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.core_user_user_permissions
    ADD CONSTRAINT core_user_user_permissions_user_id_permission_id_73ea0daa_uniq UNIQUE (user_id, permission_id);
ALTER TABLE ONLY public.core_user
    ADD CONSTRAINT core_user_username_key UNIQUE (username);
ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_app_label_model_76bd3d3b_uniq UNIQUE (app_label, model);
ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.django_migrations
    ADD CONSTRAINT django_migrations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.django_session
    ADD CONSTRAINT django_session_pkey PRIMARY KEY (session_key);
ALTER TABLE ONLY public.documents_passage
    ADD CONSTRAINT documents_passage_number UNIQUE (project_id, kind, about, paragraph, number);
ALTER TABLE ONLY public.documents_passage
    ADD CONSTRAINT documents_passage_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.experiments_artifact
    ADD CONSTRAINT experiments_artifact_once UNIQUE (root, path);
ALTER TABLE ONLY public.experiments_artifact
    ADD CONSTRAINT experiments_artifact_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.experiments_dataset
    ADD CONSTRAINT experiments_dataset_name UNIQUE (project_id, name);
ALTER TABLE ONLY public.experiments_dataset
    ADD CONSTRAINT experiments_dataset_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.experiments_datasetversion
    ADD CONSTRAINT experiments_dataset_version_digest UNIQUE (dataset_id, original_id);
ALTER TABLE ONLY public.experiments_datasetversion
    ADD CONSTRAINT experiments_dataset_version_number UNIQUE (dataset_id, number);
ALTER TABLE ONLY public.experiments_datasetversion
    ADD CONSTRAINT experiments_datasetversion_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.experiments_experiment
    ADD CONSTRAINT experiments_experiment_name UNIQUE (project_id, name);
ALTER TABLE ONLY public.experiments_experiment
    ADD CONSTRAINT experiments_experiment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.experiments_latestmetric
    ADD CONSTRAINT experiments_latestmetric_pkey PRIMARY KEY (run_id, key_id);
ALTER TABLE ONLY public.experiments_loggedmodel
    ADD CONSTRAINT experiments_loggedmodel_model_id_key UNIQUE (model_id);
ALTER TABLE ONLY public.experiments_loggedmodel
    ADD CONSTRAINT experiments_loggedmodel_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.experiments_metricname
    ADD CONSTRAINT experiments_metricname_name_key UNIQUE (name);
ALTER TABLE ONLY public.experiments_metricname
    ADD CONSTRAINT experiments_metricname_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.experiments_metricpoint
    ADD CONSTRAINT experiments_metricpoint_pkey PRIMARY KEY (run_id, key_id, step, timestamp_ms, value);
ALTER TABLE ONLY public.experiments_reproduction
    ADD CONSTRAINT experiments_reproduction_again_id_key UNIQUE (again_id);
ALTER TABLE ONLY public.experiments_reproduction
    ADD CONSTRAINT experiments_reproduction_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.experiments_run
    ADD CONSTRAINT experiments_run_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.experiments_run
    ADD CONSTRAINT experiments_run_run_id_key UNIQUE (run_id);
ALTER TABLE ONLY public.experiments_runcomment
    ADD CONSTRAINT experiments_runcomment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.experiments_runinput
    ADD CONSTRAINT experiments_runinput_once UNIQUE (run_id, name, digest, context);
ALTER TABLE ONLY public.experiments_runinput
    ADD CONSTRAINT experiments_runinput_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.experiments_runitem
    ADD CONSTRAINT experiments_runitem_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.experiments_runitem
    ADD CONSTRAINT experiments_runitem_run_id_key UNIQUE (run_id);
ALTER TABLE ONLY public.experiments_tracespan
    ADD CONSTRAINT experiments_span_once UNIQUE (trace_id, span_id);
ALTER TABLE ONLY public.experiments_trace
    ADD CONSTRAINT experiments_trace_once UNIQUE (project_id, trace_id);
ALTER TABLE ONLY public.experiments_trace
    ADD CONSTRAINT experiments_trace_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.experiments_tracespan
    ADD CONSTRAINT experiments_tracespan_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.experiments_training
    ADD CONSTRAINT experiments_training_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.experiments_training
    ADD CONSTRAINT experiments_training_run_id_key UNIQUE (run_id);
ALTER TABLE ONLY public.experiments_upload
    ADD CONSTRAINT experiments_upload_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.experiments_upload
    ADD CONSTRAINT experiments_upload_token_key UNIQUE (token);
ALTER TABLE ONLY public.experiments_uploadpart
    ADD CONSTRAINT experiments_uploadpart_once UNIQUE (upload_id, number);
ALTER TABLE ONLY public.experiments_uploadpart
    ADD CONSTRAINT experiments_uploadpart_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.inbox_dispatch
    ADD CONSTRAINT inbox_dispatch_once UNIQUE (notification_id, channel);
ALTER TABLE ONLY public.inbox_dispatch
    ADD CONSTRAINT inbox_dispatch_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.inbox_mark
    ADD CONSTRAINT inbox_mark_once UNIQUE (user_id, key);
ALTER TABLE ONLY public.inbox_mark
    ADD CONSTRAINT inbox_mark_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.inbox_notification
    ADD CONSTRAINT inbox_notification_once UNIQUE NULLS NOT DISTINCT (user_id, project_id, kind, source);
ALTER TABLE ONLY public.inbox_notification
    ADD CONSTRAINT inbox_notification_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.inbox_preferences
    ADD CONSTRAINT inbox_preferences_pkey PRIMARY KEY (user_id);
ALTER TABLE ONLY public.inbox_projectchannel
    ADD CONSTRAINT inbox_projectchannel_pkey PRIMARY KEY (project_id);
ALTER TABLE ONLY public.models_registry_modelalias
    ADD CONSTRAINT models_registry_alias_once UNIQUE (model_id, name);
ALTER TABLE ONLY public.models_registry_approval
    ADD CONSTRAINT models_registry_approval_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.models_registry_comparison
    ADD CONSTRAINT models_registry_comparison_once UNIQUE NULLS NOT DISTINCT (challenger_id, champion_id, holdout_digest);
ALTER TABLE ONLY public.models_registry_comparison
    ADD CONSTRAINT models_registry_comparison_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.models_registry_deployment
    ADD CONSTRAINT models_registry_deployment_name UNIQUE (project_id, name);
ALTER TABLE ONLY public.models_registry_deployment
    ADD CONSTRAINT models_registry_deployment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.models_registry_evaluation
    ADD CONSTRAINT models_registry_evaluation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.models_registry_evaluation
    ADD CONSTRAINT models_registry_evaluation_version_id_key UNIQUE (version_id);
ALTER TABLE ONLY public.models_registry_registeredmodel
    ADD CONSTRAINT models_registry_model_name UNIQUE (project_id, name);
ALTER TABLE ONLY public.models_registry_modelalias
    ADD CONSTRAINT models_registry_modelalias_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.models_registry_modelversion
    ADD CONSTRAINT models_registry_modelversion_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.models_registry_predictionlog
    ADD CONSTRAINT models_registry_predictionlog_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.models_registry_predictionlog
    ADD CONSTRAINT models_registry_predictionlog_prediction_id_key UNIQUE (prediction_id);
ALTER TABLE ONLY public.models_registry_registeredmodel
    ADD CONSTRAINT models_registry_registeredmodel_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.models_registry_review
    ADD CONSTRAINT models_registry_review_number UNIQUE (project_id, number);
ALTER TABLE ONLY public.models_registry_review
    ADD CONSTRAINT models_registry_review_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.models_registry_servingminute
    ADD CONSTRAINT models_registry_servingminute_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.models_registry_modelversion
    ADD CONSTRAINT models_registry_version_number UNIQUE (model_id, number);
ALTER TABLE ONLY public.models_registry_versioncomment
    ADD CONSTRAINT models_registry_versioncomment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.models_registry_webhook
    ADD CONSTRAINT models_registry_webhook_name UNIQUE (project_id, name);
ALTER TABLE ONLY public.models_registry_webhook
    ADD CONSTRAINT models_registry_webhook_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.models_registry_webhook
    ADD CONSTRAINT models_registry_webhook_token_key UNIQUE (token);
ALTER TABLE ONLY public.monitoring_alert
    ADD CONSTRAINT monitoring_alert_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.monitoring_driftwindow
    ADD CONSTRAINT monitoring_driftwindow_once UNIQUE (monitor_id, started_at);
ALTER TABLE ONLY public.monitoring_driftwindow
    ADD CONSTRAINT monitoring_driftwindow_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.monitoring_monitor
    ADD CONSTRAINT monitoring_monitor_deployment_id_key UNIQUE (deployment_id);
ALTER TABLE ONLY public.monitoring_monitor
    ADD CONSTRAINT monitoring_monitor_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.monitoring_monitor
    ADD CONSTRAINT monitoring_monitor_schedule_id_key UNIQUE (schedule_id);
ALTER TABLE ONLY public.monitoring_retraining
    ADD CONSTRAINT monitoring_retraining_alert_id_key UNIQUE (alert_id);
ALTER TABLE ONLY public.monitoring_retraining
    ADD CONSTRAINT monitoring_retraining_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.monitoring_retraining
    ADD CONSTRAINT monitoring_retraining_review_id_key UNIQUE (review_id);
ALTER TABLE ONLY public.monitoring_retraining
    ADD CONSTRAINT monitoring_retraining_run_id_key UNIQUE (run_id);
ALTER TABLE ONLY public.porting_export
    ADD CONSTRAINT porting_export_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.porting_import
    ADD CONSTRAINT porting_import_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.porting_importeditem
    ADD CONSTRAINT porting_importeditem_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.porting_importnote
    ADD CONSTRAINT porting_importnote_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.porting_importeditem
    ADD CONSTRAINT porting_item_once UNIQUE (project_id, identity, kind, original_id);
ALTER TABLE ONLY public.porting_importnote
    ADD CONSTRAINT porting_note_once UNIQUE (of_id, kind, item, reason);
ALTER TABLE ONLY public.projects_assumption
    ADD CONSTRAINT projects_assumption_number UNIQUE (project_id, number);
ALTER TABLE ONLY public.projects_assumption
    ADD CONSTRAINT projects_assumption_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_attachment
    ADD CONSTRAINT projects_attachment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_itemblock
    ADD CONSTRAINT projects_block_once UNIQUE (blocker_id, blocked_id);
ALTER TABLE ONLY public.projects_sprintcapacity
    ADD CONSTRAINT projects_capacity_once UNIQUE (sprint_id, user_id, discipline);
ALTER TABLE ONLY public.projects_ceiling
    ADD CONSTRAINT projects_ceiling_pkey PRIMARY KEY (project_id);
ALTER TABLE ONLY public.projects_classification
    ADD CONSTRAINT projects_classification_number UNIQUE (project_id, number);
ALTER TABLE ONLY public.projects_classification
    ADD CONSTRAINT projects_classification_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_gatecondition
    ADD CONSTRAINT projects_condition_number UNIQUE (project_id, number);
ALTER TABLE ONLY public.projects_control
    ADD CONSTRAINT projects_control_number UNIQUE (risk_id, number);
ALTER TABLE ONLY public.projects_control
    ADD CONSTRAINT projects_control_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_delegation
    ADD CONSTRAINT projects_delegation_number UNIQUE (project_id, number);
ALTER TABLE ONLY public.projects_delegation
    ADD CONSTRAINT projects_delegation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_dossier
    ADD CONSTRAINT projects_dossier_pkey PRIMARY KEY (project_id);
ALTER TABLE ONLY public.projects_dossierrevision
    ADD CONSTRAINT projects_dossierrevision_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_gateevaluation
    ADD CONSTRAINT projects_evaluation_digest UNIQUE (id, digest);
ALTER TABLE ONLY public.projects_gateevaluation
    ADD CONSTRAINT projects_evaluation_once UNIQUE (project_id, digest);
ALTER TABLE ONLY public.projects_finding
    ADD CONSTRAINT projects_finding_number UNIQUE (project_id, number);
ALTER TABLE ONLY public.projects_finding
    ADD CONSTRAINT projects_finding_one_a_breach UNIQUE (indicator_id, breached_at);
ALTER TABLE ONLY public.projects_finding
    ADD CONSTRAINT projects_finding_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_gateapproval
    ADD CONSTRAINT projects_gateapproval_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_gatecondition
    ADD CONSTRAINT projects_gatecondition_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_gatedecision
    ADD CONSTRAINT projects_gatedecision_emergency_id_key UNIQUE (emergency_id);
ALTER TABLE ONLY public.projects_gatedecision
    ADD CONSTRAINT projects_gatedecision_once UNIQUE (project_id, gate, round);
ALTER TABLE ONLY public.projects_gatedecision
    ADD CONSTRAINT projects_gatedecision_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_gateevaluation
    ADD CONSTRAINT projects_gateevaluation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_gaterequest
    ADD CONSTRAINT projects_gaterequest_number UNIQUE (project_id, number);
ALTER TABLE ONLY public.projects_gaterequest
    ADD CONSTRAINT projects_gaterequest_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_gaterequest
    ADD CONSTRAINT projects_gaterequest_requester UNIQUE (id, requested_by_id);
ALTER TABLE ONLY public.projects_gatewaiver
    ADD CONSTRAINT projects_gatewaiver_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_healthnote
    ADD CONSTRAINT projects_healthnote_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_indicator
    ADD CONSTRAINT projects_indicator_number UNIQUE (risk_id, number);
ALTER TABLE ONLY public.projects_indicator
    ADD CONSTRAINT projects_indicator_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_indicatorreading
    ADD CONSTRAINT projects_indicatorreading_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_workitem
    ADD CONSTRAINT projects_item_number UNIQUE (project_id, number);
ALTER TABLE ONLY public.projects_itemblock
    ADD CONSTRAINT projects_itemblock_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_itemcomment
    ADD CONSTRAINT projects_itemcomment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_itemfield
    ADD CONSTRAINT projects_itemfield_key UNIQUE (project_id, key);
ALTER TABLE ONLY public.projects_itemfield
    ADD CONSTRAINT projects_itemfield_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_itemlink
    ADD CONSTRAINT projects_itemlink_once UNIQUE (item_id, kind, target);
ALTER TABLE ONLY public.projects_itemlink
    ADD CONSTRAINT projects_itemlink_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_itemstatus
    ADD CONSTRAINT projects_itemstatus_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_itemtemplate
    ADD CONSTRAINT projects_itemtemplate_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_killcriterion
    ADD CONSTRAINT projects_killcriterion_number UNIQUE (project_id, number);
ALTER TABLE ONLY public.projects_killcriterion
    ADD CONSTRAINT projects_killcriterion_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_membership
    ADD CONSTRAINT projects_membership_once UNIQUE (project_id, user_id);
ALTER TABLE ONLY public.projects_membership
    ADD CONSTRAINT projects_membership_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_objection
    ADD CONSTRAINT projects_objection_once UNIQUE (project_id, function);
ALTER TABLE ONLY public.projects_objection
    ADD CONSTRAINT projects_objection_one_function UNIQUE (project_id, author_id);
ALTER TABLE ONLY public.projects_objection
    ADD CONSTRAINT projects_objection_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_scopeoption
    ADD CONSTRAINT projects_option_number UNIQUE (project_id, number);
ALTER TABLE ONLY public.projects_outcome
    ADD CONSTRAINT projects_outcome_pkey PRIMARY KEY (project_id);
ALTER TABLE ONLY public.projects_policyversion
    ADD CONSTRAINT projects_policy_number UNIQUE (name, number);
ALTER TABLE ONLY public.projects_policyversion
    ADD CONSTRAINT projects_policyversion_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_precedent
    ADD CONSTRAINT projects_precedent_chosen_once UNIQUE (project_id, finished_id);
ALTER TABLE ONLY public.projects_precedent
    ADD CONSTRAINT projects_precedent_number UNIQUE (project_id, number);
ALTER TABLE ONLY public.projects_precedent
    ADD CONSTRAINT projects_precedent_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_priorsversion
    ADD CONSTRAINT projects_priorsversion_number_key UNIQUE (number);
ALTER TABLE ONLY public.projects_priorsversion
    ADD CONSTRAINT projects_priorsversion_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_project
    ADD CONSTRAINT projects_project_key_key UNIQUE (key);
ALTER TABLE ONLY public.projects_project
    ADD CONSTRAINT projects_project_pkey PRIMARY KEY (stream_id);
ALTER TABLE ONLY public.projects_projectpolicy
    ADD CONSTRAINT projects_projectpolicy_pkey PRIMARY KEY (project_id);
ALTER TABLE ONLY public.projects_readinessanswer
    ADD CONSTRAINT projects_readiness_once UNIQUE (project_id, check_id);
ALTER TABLE ONLY public.projects_readinessanswer
    ADD CONSTRAINT projects_readinessanswer_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_indicatorreading
    ADD CONSTRAINT projects_reading_once UNIQUE (indicator_id, at);
ALTER TABLE ONLY public.projects_reviewcard
    ADD CONSTRAINT projects_reviewcard_number UNIQUE (review_id, number);
ALTER TABLE ONLY public.projects_reviewcard
    ADD CONSTRAINT projects_reviewcard_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_reviewlink
    ADD CONSTRAINT projects_reviewlink_digest_key UNIQUE (digest);
ALTER TABLE ONLY public.projects_reviewlink
    ADD CONSTRAINT projects_reviewlink_number UNIQUE (review_id, number);
ALTER TABLE ONLY public.projects_reviewlink
    ADD CONSTRAINT projects_reviewlink_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_reviewvote
    ADD CONSTRAINT projects_reviewvote_once UNIQUE (card_id, user_id);
ALTER TABLE ONLY public.projects_reviewvote
    ADD CONSTRAINT projects_reviewvote_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_dossierrevision
    ADD CONSTRAINT projects_revision_number UNIQUE (project_id, number);
ALTER TABLE ONLY public.projects_risk
    ADD CONSTRAINT projects_risk_number UNIQUE (project_id, number);
ALTER TABLE ONLY public.projects_risk
    ADD CONSTRAINT projects_risk_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_riskacceptance
    ADD CONSTRAINT projects_riskacceptance_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_savedview
    ADD CONSTRAINT projects_savedview_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_scope
    ADD CONSTRAINT projects_scope_pkey PRIMARY KEY (project_id);
ALTER TABLE ONLY public.projects_scopeoption
    ADD CONSTRAINT projects_scopeoption_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_sheet
    ADD CONSTRAINT projects_sheet_once UNIQUE (precedent_id, is_second);
ALTER TABLE ONLY public.projects_sheet
    ADD CONSTRAINT projects_sheet_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_sheet
    ADD CONSTRAINT projects_sheet_two_persons UNIQUE (precedent_id, rater_id);
ALTER TABLE ONLY public.projects_spike
    ADD CONSTRAINT projects_spike_item_id_key UNIQUE (item_id);
ALTER TABLE ONLY public.projects_spike
    ADD CONSTRAINT projects_spike_number UNIQUE (project_id, number);
ALTER TABLE ONLY public.projects_spike
    ADD CONSTRAINT projects_spike_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_sprint
    ADD CONSTRAINT projects_sprint_number UNIQUE (project_id, number);
ALTER TABLE ONLY public.projects_sprint
    ADD CONSTRAINT projects_sprint_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_sprintcapacity
    ADD CONSTRAINT projects_sprintcapacity_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_sprintreview
    ADD CONSTRAINT projects_sprintreview_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects_sprintreview
    ADD CONSTRAINT projects_sprintreview_sprint_id_key UNIQUE (sprint_id);
ALTER TABLE ONLY public.projects_itemstatus
    ADD CONSTRAINT projects_status_in_group UNIQUE (id, project_id, "group");
ALTER TABLE ONLY public.projects_itemstatus
    ADD CONSTRAINT projects_status_key UNIQUE (project_id, key);
ALTER TABLE ONLY public.projects_itemstatus
    ADD CONSTRAINT projects_status_name UNIQUE (project_id, name);
ALTER TABLE ONLY public.projects_itemtemplate
    ADD CONSTRAINT projects_template_name UNIQUE (project_id, name);
ALTER TABLE ONLY public.projects_savedview
    ADD CONSTRAINT projects_view_name UNIQUE (project_id, owner_id, name);
ALTER TABLE ONLY public.projects_gatewaiver
    ADD CONSTRAINT projects_waiver_number UNIQUE (project_id, number);
ALTER TABLE ONLY public.projects_workitem
    ADD CONSTRAINT projects_workitem_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.models_registry_servingminute
    ADD CONSTRAINT registry_serving_minute UNIQUE (deployment_id, minute, part);
CREATE INDEX auth_group_name_a6ea08ec_like ON public.auth_group USING btree (name varchar_pattern_ops);
CREATE INDEX auth_group_permissions_group_id_b120cbf9 ON public.auth_group_permissions USING btree (group_id);
CREATE INDEX auth_group_permissions_permission_id_84c5c92e ON public.auth_group_permissions USING btree (permission_id);
CREATE INDEX auth_permission_content_type_id_2f476e4b ON public.auth_permission USING btree (content_type_id);
CREATE INDEX core_blob_digest_edf987e6_like ON public.core_blob USING btree (digest varchar_pattern_ops);
CREATE INDEX core_blob_kept ON public.core_blob USING btree (kept_at);
CREATE INDEX core_delivery_due ON public.core_delivery USING btree (due_at) WHERE ((state)::text = 'pending'::text);
CREATE INDEX core_delivery_event_id_b08c48a1 ON public.core_delivery USING btree (event_id);
CREATE INDEX core_event_actor_id_594b280e ON public.core_event USING btree (actor_id);
CREATE INDEX core_event_stream_id_47adc6a2 ON public.core_event USING btree (stream_id);
CREATE INDEX core_event_subject ON public.core_event USING btree (stream_id, subject_type, subject_id);
CREATE INDEX core_idempotencykey_user_id_ca0b627c ON public.core_idempotencykey USING btree (user_id);
CREATE INDEX core_job_created_by_id_818c132f ON public.core_job USING btree (created_by_id);
CREATE INDEX core_job_due ON public.core_job USING btree (due_at) WHERE ((state)::text = 'queued'::text);
CREATE INDEX core_job_lease ON public.core_job USING btree (lease_until) WHERE ((state)::text = 'running'::text);
CREATE UNIQUE INDEX core_job_one_open ON public.core_job USING btree (unique_key) WHERE ((state)::text = ANY ((ARRAY['queued'::character varying, 'running'::character varying])::text[]));
CREATE INDEX core_job_recent ON public.core_job USING btree (stream_id, id DESC);
CREATE INDEX core_job_stream_id_ea77bb56 ON public.core_job USING btree (stream_id);
CREATE INDEX core_joblog_job_id_a07d7c11 ON public.core_joblog USING btree (job_id);
CREATE INDEX core_schedule_stream_id_21aba1cc ON public.core_schedule USING btree (stream_id);
CREATE INDEX core_schedulefire_job_id_178ab944 ON public.core_schedulefire USING btree (job_id);
CREATE INDEX core_schedulefire_schedule_id_93179791 ON public.core_schedulefire USING btree (schedule_id);
CREATE INDEX core_setuplink_digest_08e10c45_like ON public.core_setuplink USING btree (digest varchar_pattern_ops);
CREATE INDEX core_stream_name_e47bcbbb_like ON public.core_stream USING btree (name varchar_pattern_ops);
CREATE INDEX core_titleword_letters ON public.core_titleword USING gin (word public.gin_trgm_ops);
CREATE INDEX core_titleword_word_ed8bd87f_like ON public.core_titleword USING btree (word varchar_pattern_ops);
CREATE INDEX core_token_digest_3ea15f59_like ON public.core_token USING btree (digest varchar_pattern_ops);
CREATE INDEX core_token_stream_id_f9e2e6a0 ON public.core_token USING btree (stream_id);
CREATE INDEX core_token_user_id_3f64e583 ON public.core_token USING btree (user_id);
CREATE INDEX core_user_groups_group_id_fe8c697f ON public.core_user_groups USING btree (group_id);
CREATE INDEX core_user_groups_user_id_70b4d9b8 ON public.core_user_groups USING btree (user_id);
CREATE INDEX core_user_name_letters ON public.core_user USING gin (upper((name)::text) public.gin_trgm_ops);
CREATE INDEX core_user_user_permissions_permission_id_35ccf601 ON public.core_user_user_permissions USING btree (permission_id);
CREATE INDEX core_user_user_permissions_user_id_085123d3 ON public.core_user_user_permissions USING btree (user_id);
CREATE INDEX core_user_username_36e4f7f7_like ON public.core_user USING btree (username varchar_pattern_ops);
CREATE INDEX core_user_username_letters ON public.core_user USING gin (upper((username)::text) public.gin_trgm_ops);
CREATE INDEX django_session_expire_date_a5c62663 ON public.django_session USING btree (expire_date);
CREATE INDEX django_session_session_key_c0390e0f_like ON public.django_session USING btree (session_key varchar_pattern_ops);
CREATE INDEX documents_passage_project_id_fd836ccf ON public.documents_passage USING btree (project_id);
CREATE INDEX documents_passage_written_by_id_ca03360c ON public.documents_passage USING btree (written_by_id);
CREATE INDEX experiments_artifact_blob_id_bd97b676 ON public.experiments_artifact USING btree (blob_id);
CREATE INDEX experiments_artifact_blob_id_bd97b676_like ON public.experiments_artifact USING btree (blob_id varchar_pattern_ops);
CREATE INDEX experiments_artifact_project_id_580640ed ON public.experiments_artifact USING btree (project_id);
CREATE INDEX experiments_dataset_created_by_id_81127f1c ON public.experiments_dataset USING btree (created_by_id);
CREATE INDEX experiments_dataset_name_letters ON public.experiments_dataset USING gin (upper((name)::text) public.gin_trgm_ops);
CREATE INDEX experiments_dataset_project_id_b56cb5bc ON public.experiments_dataset USING btree (project_id);
CREATE INDEX experiments_dataset_words ON public.experiments_dataset USING gin (to_tsvector('simple'::regconfig, (((COALESCE(name, ''::character varying))::text || ' '::text) || COALESCE(description, ''::text))));
CREATE INDEX experiments_datasetversion_created_by_id_03d6b1e4 ON public.experiments_datasetversion USING btree (created_by_id);
CREATE INDEX experiments_datasetversion_dataset_id_7e2c4270 ON public.experiments_datasetversion USING btree (dataset_id);
CREATE INDEX experiments_datasetversion_original_id_c305ff2b ON public.experiments_datasetversion USING btree (original_id);
CREATE INDEX experiments_datasetversion_original_id_c305ff2b_like ON public.experiments_datasetversion USING btree (original_id varchar_pattern_ops);
CREATE INDEX experiments_datasetversion_project_id_7ffa7a0e ON public.experiments_datasetversion USING btree (project_id);
CREATE INDEX experiments_datasetversion_table_id_869c4230 ON public.experiments_datasetversion USING btree (table_id);
CREATE INDEX experiments_datasetversion_table_id_869c4230_like ON public.experiments_datasetversion USING btree (table_id varchar_pattern_ops);
CREATE INDEX experiments_experiment_created_by_id_7a6e7047 ON public.experiments_experiment USING btree (created_by_id);
CREATE INDEX experiments_experiment_name_letters ON public.experiments_experiment USING gin (upper((name)::text) public.gin_trgm_ops);
CREATE INDEX experiments_experiment_project_id_16f1a28b ON public.experiments_experiment USING btree (project_id);
CREATE INDEX experiments_latestmetric_value ON public.experiments_latestmetric USING btree (experiment_id, key_id, value) INCLUDE (run_id);
CREATE INDEX experiments_loggedmodel_created_by_id_918d2170 ON public.experiments_loggedmodel USING btree (created_by_id);
CREATE INDEX experiments_loggedmodel_experiment_id_fa76fce5 ON public.experiments_loggedmodel USING btree (experiment_id);
CREATE INDEX experiments_loggedmodel_model_id_9876952c_like ON public.experiments_loggedmodel USING btree (model_id varchar_pattern_ops);
CREATE INDEX experiments_loggedmodel_project_id_4723856a ON public.experiments_loggedmodel USING btree (project_id);
CREATE INDEX experiments_loggedmodel_source_run_id_c1cd4253 ON public.experiments_loggedmodel USING btree (source_run_id);
CREATE INDEX experiments_metricname_name_c12da0ab_like ON public.experiments_metricname USING btree (name varchar_pattern_ops);
CREATE INDEX experiments_reproduction_created_by_id_83d07965 ON public.experiments_reproduction USING btree (created_by_id);
CREATE INDEX experiments_reproduction_first_id_925e22d7 ON public.experiments_reproduction USING btree (first_id);
CREATE INDEX experiments_reproduction_project_id_1c4c2e52 ON public.experiments_reproduction USING btree (project_id);
CREATE INDEX experiments_run_created_by_id_065a04e8 ON public.experiments_run USING btree (created_by_id);
CREATE INDEX experiments_run_experiment_id_af6f5396 ON public.experiments_run USING btree (experiment_id);
CREATE INDEX experiments_run_in_project ON public.experiments_run USING btree (project_id, started_at DESC, id DESC);
CREATE INDEX experiments_run_name_letters ON public.experiments_run USING gin (upper((name)::text) public.gin_trgm_ops);
CREATE INDEX experiments_run_project_id_42a9937e ON public.experiments_run USING btree (project_id);
CREATE INDEX experiments_run_recent ON public.experiments_run USING btree (experiment_id, started_at DESC, id DESC);
CREATE INDEX experiments_run_run_id_7842c33a_like ON public.experiments_run USING btree (run_id varchar_pattern_ops);
CREATE INDEX experiments_runcomment_created_by_id_c6bffae7 ON public.experiments_runcomment USING btree (created_by_id);
CREATE INDEX experiments_runcomment_project_id_35e70c9f ON public.experiments_runcomment USING btree (project_id);
CREATE INDEX experiments_runcomment_run_id_ef871a70 ON public.experiments_runcomment USING btree (run_id);
CREATE INDEX experiments_runinput_dataset_version_id_bce27531 ON public.experiments_runinput USING btree (dataset_version_id);
CREATE INDEX experiments_runinput_run_id_d722277d ON public.experiments_runinput USING btree (run_id);
CREATE INDEX experiments_runitem_created_by_id_bff982f9 ON public.experiments_runitem USING btree (created_by_id);
CREATE INDEX experiments_runitem_item_id_ef5c9319 ON public.experiments_runitem USING btree (item_id);
CREATE INDEX experiments_trace_experiment_id_b4577e4f ON public.experiments_trace USING btree (experiment_id);
CREATE INDEX experiments_trace_of_run ON public.experiments_trace USING btree (run_id) WHERE (run_id IS NOT NULL);
CREATE INDEX experiments_trace_project_id_01a498b4 ON public.experiments_trace USING btree (project_id);
CREATE INDEX experiments_trace_recent ON public.experiments_trace USING btree (experiment_id, request_time_ms DESC);
CREATE INDEX experiments_trace_run_id_eec01aee ON public.experiments_trace USING btree (run_id);
CREATE INDEX experiments_tracespan_trace_id_356ec191 ON public.experiments_tracespan USING btree (trace_id);
CREATE INDEX experiments_training_dataset_version_id_d5095c26 ON public.experiments_training USING btree (dataset_version_id);
CREATE INDEX experiments_training_extra_version_id_73d969fd ON public.experiments_training USING btree (extra_version_id);
CREATE INDEX experiments_training_holdout_id_733b0fdd ON public.experiments_training USING btree (holdout_id);
CREATE INDEX experiments_training_holdout_id_733b0fdd_like ON public.experiments_training USING btree (holdout_id varchar_pattern_ops);
CREATE INDEX experiments_training_job_id_8521b8fd ON public.experiments_training USING btree (job_id);
CREATE INDEX experiments_training_model_blob_id_0ec74261 ON public.experiments_training USING btree (model_blob_id);
CREATE INDEX experiments_training_model_blob_id_0ec74261_like ON public.experiments_training USING btree (model_blob_id varchar_pattern_ops);
CREATE INDEX experiments_training_project_id_a308e510 ON public.experiments_training USING btree (project_id);
CREATE INDEX experiments_training_reference_id_8c8767db ON public.experiments_training USING btree (reference_id);
CREATE INDEX experiments_training_reference_id_8c8767db_like ON public.experiments_training USING btree (reference_id varchar_pattern_ops);
CREATE INDEX experiments_upload_created_by_id_c1bf1d0f ON public.experiments_upload USING btree (created_by_id);
CREATE INDEX experiments_upload_project_id_40d8430c ON public.experiments_upload USING btree (project_id);
CREATE INDEX experiments_upload_token_2165f061_like ON public.experiments_upload USING btree (token varchar_pattern_ops);
CREATE INDEX experiments_uploadpart_upload_id_d8b5c242 ON public.experiments_uploadpart USING btree (upload_id);
CREATE INDEX inbox_dispatch_due ON public.inbox_dispatch USING btree (due_at) WHERE ((state)::text = 'pending'::text);
CREATE INDEX inbox_dispatch_notification_id_11bf49a8 ON public.inbox_dispatch USING btree (notification_id);
CREATE INDEX inbox_mark_user_id_c9790787 ON public.inbox_mark USING btree (user_id);
CREATE INDEX inbox_notification_actor_id_32ffbc9a ON public.inbox_notification USING btree (actor_id);
CREATE INDEX inbox_notification_of ON public.inbox_notification USING btree (user_id, kind, at DESC);
CREATE INDEX inbox_notification_project_id_ebb00cf8 ON public.inbox_notification USING btree (project_id);
CREATE INDEX inbox_notification_user_id_346c436b ON public.inbox_notification USING btree (user_id);
CREATE INDEX models_registry_approval_approver_id_abb84ff2 ON public.models_registry_approval USING btree (approver_id);
CREATE INDEX models_registry_approval_author_id_237e764f ON public.models_registry_approval USING btree (author_id);
CREATE INDEX models_registry_approval_delegation_id_ece02d9d ON public.models_registry_approval USING btree (delegation_id);
CREATE UNIQUE INDEX models_registry_approval_once ON public.models_registry_approval USING btree (review_id, evidence, approver_id) WHERE (withdrawn_at IS NULL);
CREATE INDEX models_registry_approval_requester_id_6d540a25 ON public.models_registry_approval USING btree (requester_id);
CREATE INDEX models_registry_approval_review_id_0090fc9a ON public.models_registry_approval USING btree (review_id);
CREATE INDEX models_registry_comparison_challenger_id_90745079 ON public.models_registry_comparison USING btree (challenger_id);
CREATE INDEX models_registry_comparison_champion_id_3229f666 ON public.models_registry_comparison USING btree (champion_id);
CREATE INDEX models_registry_comparison_job_id_13d6e0aa ON public.models_registry_comparison USING btree (job_id);
CREATE INDEX models_registry_comparison_project_id_12c7007e ON public.models_registry_comparison USING btree (project_id);
CREATE INDEX models_registry_deployment_deployed_by_id_08f6edb1 ON public.models_registry_deployment USING btree (deployed_by_id);
CREATE INDEX models_registry_deployment_live_version_id_89c09499 ON public.models_registry_deployment USING btree (live_version_id);
CREATE INDEX models_registry_deployment_model_id_4ef35cdb ON public.models_registry_deployment USING btree (model_id);
CREATE INDEX models_registry_deployment_name_letters ON public.models_registry_deployment USING gin (upper((name)::text) public.gin_trgm_ops);
CREATE INDEX models_registry_deployment_previous_version_id_d96017b3 ON public.models_registry_deployment USING btree (previous_version_id);
CREATE INDEX models_registry_deployment_project_id_c3590549 ON public.models_registry_deployment USING btree (project_id);
CREATE INDEX models_registry_evaluation_created_by_id_926c6182 ON public.models_registry_evaluation USING btree (created_by_id);
CREATE INDEX models_registry_evaluation_dataset_version_id_ee4752ba ON public.models_registry_evaluation USING btree (dataset_version_id);
CREATE INDEX models_registry_evaluation_holdout_id_7852794d ON public.models_registry_evaluation USING btree (holdout_id);
CREATE INDEX models_registry_evaluation_holdout_id_7852794d_like ON public.models_registry_evaluation USING btree (holdout_id varchar_pattern_ops);
CREATE INDEX models_registry_evaluation_job_id_37d16619 ON public.models_registry_evaluation USING btree (job_id);
CREATE INDEX models_registry_evaluation_project_id_5df00ac9 ON public.models_registry_evaluation USING btree (project_id);
CREATE INDEX models_registry_evaluation_reference_id_ffcb0538 ON public.models_registry_evaluation USING btree (reference_id);
CREATE INDEX models_registry_evaluation_reference_id_ffcb0538_like ON public.models_registry_evaluation USING btree (reference_id varchar_pattern_ops);
CREATE INDEX models_registry_modelalias_model_id_15fa0487 ON public.models_registry_modelalias USING btree (model_id);
CREATE INDEX models_registry_modelalias_model_version_id_8c984fe6 ON public.models_registry_modelalias USING btree (model_version_id);
CREATE INDEX models_registry_modelversion_created_by_id_759d20fe ON public.models_registry_modelversion USING btree (created_by_id);
CREATE INDEX models_registry_modelversion_logged_model_id_bccbf356 ON public.models_registry_modelversion USING btree (logged_model_id);
CREATE INDEX models_registry_modelversion_model_blob_id_69ac6b29 ON public.models_registry_modelversion USING btree (model_blob_id);
CREATE INDEX models_registry_modelversion_model_blob_id_69ac6b29_like ON public.models_registry_modelversion USING btree (model_blob_id varchar_pattern_ops);
CREATE INDEX models_registry_modelversion_model_id_5f5e63eb ON public.models_registry_modelversion USING btree (model_id);
CREATE INDEX models_registry_modelversion_project_id_a19b718e ON public.models_registry_modelversion USING btree (project_id);
CREATE INDEX models_registry_modelversion_run_id_3f00ae5a ON public.models_registry_modelversion USING btree (run_id);
CREATE INDEX models_registry_predictionlog_model_version_id_1d268d65 ON public.models_registry_predictionlog USING btree (model_version_id);
CREATE INDEX models_registry_registeredmodel_created_by_id_350f5c6f ON public.models_registry_registeredmodel USING btree (created_by_id);
CREATE INDEX models_registry_registeredmodel_name_letters ON public.models_registry_registeredmodel USING gin (upper((name)::text) public.gin_trgm_ops);
CREATE INDEX models_registry_registeredmodel_project_id_89693863 ON public.models_registry_registeredmodel USING btree (project_id);
CREATE INDEX models_registry_registeredmodel_words ON public.models_registry_registeredmodel USING gin (to_tsvector('simple'::regconfig, (((COALESCE(name, ''::character varying))::text || ' '::text) || COALESCE(description, ''::text))));
CREATE INDEX models_registry_review_author_id_e49e72a6 ON public.models_registry_review USING btree (author_id);
CREATE INDEX models_registry_review_decided_by_id_9e077493 ON public.models_registry_review USING btree (decided_by_id);
CREATE INDEX models_registry_review_deployment_id_a68c12f9 ON public.models_registry_review USING btree (deployment_id);
CREATE INDEX models_registry_review_model_version_id_79a68211 ON public.models_registry_review USING btree (model_version_id);
CREATE UNIQUE INDEX models_registry_review_one_open ON public.models_registry_review USING btree (model_version_id) WHERE ((state)::text = 'open'::text);
CREATE INDEX models_registry_review_project_id_ce5f6b8c ON public.models_registry_review USING btree (project_id);
CREATE INDEX models_registry_review_requested_by_id_68af8a73 ON public.models_registry_review USING btree (requested_by_id);
CREATE INDEX models_registry_versioncomment_created_by_id_f0921b89 ON public.models_registry_versioncomment USING btree (created_by_id);
CREATE INDEX models_registry_versioncomment_model_version_id_64fd6baa ON public.models_registry_versioncomment USING btree (model_version_id);
CREATE INDEX models_registry_versioncomment_project_id_c29647db ON public.models_registry_versioncomment USING btree (project_id);
CREATE INDEX models_registry_webhook_created_by_id_1d0a11cf ON public.models_registry_webhook USING btree (created_by_id);
CREATE INDEX models_registry_webhook_project_id_41d464ad ON public.models_registry_webhook USING btree (project_id);
CREATE INDEX models_registry_webhook_token_c7f9cdbc_like ON public.models_registry_webhook USING btree (token varchar_pattern_ops);
CREATE INDEX monitoring_alert_acknowledged_by_id_2c2d86e9 ON public.monitoring_alert USING btree (acknowledged_by_id);
CREATE INDEX monitoring_alert_monitor_id_f2cfc49f ON public.monitoring_alert USING btree (monitor_id);
CREATE UNIQUE INDEX monitoring_alert_one_open ON public.monitoring_alert USING btree (monitor_id, kind) WHERE ((state)::text = ANY ((ARRAY['open'::character varying, 'acknowledged'::character varying])::text[]));
CREATE INDEX monitoring_alert_project_id_22349f82 ON public.monitoring_alert USING btree (project_id);
CREATE INDEX monitoring_alert_summary_letters ON public.monitoring_alert USING gin (upper((summary)::text) public.gin_trgm_ops);
CREATE INDEX monitoring_alert_window_id_203bf7c1 ON public.monitoring_alert USING btree (window_id);
CREATE INDEX monitoring_driftwindow_model_version_id_e09e164f ON public.monitoring_driftwindow USING btree (model_version_id);
CREATE INDEX monitoring_driftwindow_monitor_id_1b65853c ON public.monitoring_driftwindow USING btree (monitor_id);
CREATE INDEX monitoring_driftwindow_project_id_950d4c41 ON public.monitoring_driftwindow USING btree (project_id);
CREATE INDEX monitoring_monitor_created_by_id_2f481856 ON public.monitoring_monitor USING btree (created_by_id);
CREATE INDEX monitoring_monitor_project_id_1e7cc48d ON public.monitoring_monitor USING btree (project_id);
CREATE INDEX monitoring_retraining_dataset_version_id_92c668d5 ON public.monitoring_retraining USING btree (dataset_version_id);
CREATE INDEX monitoring_retraining_model_version_id_dbde1cb9 ON public.monitoring_retraining USING btree (model_version_id);
CREATE INDEX monitoring_retraining_monitor_id_a9bd38cd ON public.monitoring_retraining USING btree (monitor_id);
CREATE UNIQUE INDEX monitoring_retraining_one_open ON public.monitoring_retraining USING btree (monitor_id) WHERE ((state)::text = ANY ((ARRAY['waiting_for_labels'::character varying, 'training'::character varying, 'in_review'::character varying])::text[]));
CREATE INDEX monitoring_retraining_project_id_ef15526c ON public.monitoring_retraining USING btree (project_id);
CREATE INDEX monitoring_retraining_started_by_id_51d89729 ON public.monitoring_retraining USING btree (started_by_id);
CREATE INDEX porting_export_archive_id_54481e2e ON public.porting_export USING btree (archive_id);
CREATE INDEX porting_export_archive_id_54481e2e_like ON public.porting_export USING btree (archive_id varchar_pattern_ops);
CREATE INDEX porting_export_created_by_id_2588e576 ON public.porting_export USING btree (created_by_id);
CREATE INDEX porting_export_job_id_fcc85b50 ON public.porting_export USING btree (job_id);
CREATE INDEX porting_export_project_id_49d4db53 ON public.porting_export USING btree (project_id);
CREATE INDEX porting_import_archive_id_e2b0f856 ON public.porting_import USING btree (archive_id);
CREATE INDEX porting_import_archive_id_e2b0f856_like ON public.porting_import USING btree (archive_id varchar_pattern_ops);
CREATE INDEX porting_import_created_by_id_67253960 ON public.porting_import USING btree (created_by_id);
CREATE INDEX porting_import_job_id_c4663fee ON public.porting_import USING btree (job_id);
CREATE INDEX porting_import_project_id_b1b27586 ON public.porting_import USING btree (project_id);
CREATE INDEX porting_importeditem_project_id_7e45b125 ON public.porting_importeditem USING btree (project_id);
CREATE INDEX porting_importnote_of_id_547d9ef3 ON public.porting_importnote USING btree (of_id);
CREATE UNIQUE INDEX projects_acceptance_one_standing ON public.projects_riskacceptance USING btree (risk_id) WHERE ((ended_because)::text = ''::text);
CREATE INDEX projects_assumption_item_id_c49f7913 ON public.projects_assumption USING btree (item_id);
CREATE INDEX projects_assumption_owner_id_37669464 ON public.projects_assumption USING btree (owner_id);
CREATE INDEX projects_assumption_project_id_95b9fb5d ON public.projects_assumption USING btree (project_id);
CREATE INDEX projects_assumption_spike_id_9f290486 ON public.projects_assumption USING btree (spike_id);
CREATE INDEX projects_attachment_blob_id_eaf6de01 ON public.projects_attachment USING btree (blob_id);
CREATE INDEX projects_attachment_blob_id_eaf6de01_like ON public.projects_attachment USING btree (blob_id varchar_pattern_ops);
CREATE INDEX projects_attachment_created_by_id_a36de986 ON public.projects_attachment USING btree (created_by_id);
CREATE INDEX projects_attachment_item_id_a3428f71 ON public.projects_attachment USING btree (item_id);
CREATE INDEX projects_attachment_project_id_524bc015 ON public.projects_attachment USING btree (project_id);
CREATE INDEX projects_ceiling_sealed_by_id_ca8763d0 ON public.projects_ceiling USING btree (sealed_by_id);
CREATE INDEX projects_classification_confirmed_by_id_2ed3b636 ON public.projects_classification USING btree (confirmed_by_id);
CREATE INDEX projects_classification_decided_by_id_6eefcca9 ON public.projects_classification USING btree (decided_by_id);
CREATE INDEX projects_classification_project_id_40c251b0 ON public.projects_classification USING btree (project_id);
CREATE INDEX projects_control_owner_id_0b7efad2 ON public.projects_control USING btree (owner_id);
CREATE INDEX projects_control_risk_id_da253f49 ON public.projects_control USING btree (risk_id);
CREATE INDEX projects_delegation_given_by_id_0112c36b ON public.projects_delegation USING btree (given_by_id);
CREATE INDEX projects_delegation_given_to_id_6078be5e ON public.projects_delegation USING btree (given_to_id);
CREATE INDEX projects_delegation_project_id_ad715fdc ON public.projects_delegation USING btree (project_id);
CREATE INDEX projects_dossier_priors_id_7f11e3a7 ON public.projects_dossier USING btree (priors_id);
CREATE INDEX projects_dossier_revised_by_id_d2d58652 ON public.projects_dossier USING btree (revised_by_id);
CREATE INDEX projects_dossierrevision_project_id_aa125ffd ON public.projects_dossierrevision USING btree (project_id);
CREATE INDEX projects_dossierrevision_revised_by_id_5d119b77 ON public.projects_dossierrevision USING btree (revised_by_id);
CREATE INDEX projects_finding_closed_by_id_905e23d8 ON public.projects_finding USING btree (closed_by_id);
CREATE INDEX projects_finding_indicator_id_1c691799 ON public.projects_finding USING btree (indicator_id);
CREATE UNIQUE INDEX projects_finding_one_a_check ON public.projects_finding USING btree (project_id, gate, check_id) WHERE (((state)::text = 'open'::text) AND (NOT ((check_id)::text = ''::text)));
CREATE INDEX projects_finding_opened_by_id_eef84b86 ON public.projects_finding USING btree (opened_by_id);
CREATE INDEX projects_finding_owner_id_f648336f ON public.projects_finding USING btree (owner_id);
CREATE INDEX projects_finding_project_id_4d49c402 ON public.projects_finding USING btree (project_id);
CREATE INDEX projects_finding_title_letters ON public.projects_finding USING gin (upper((title)::text) public.gin_trgm_ops);
CREATE INDEX projects_finding_words ON public.projects_finding USING gin (to_tsvector('simple'::regconfig, (((COALESCE(title, ''::character varying))::text || ' '::text) || COALESCE(detail, ''::text))));
CREATE INDEX projects_gateapproval_approver_id_dd9d69cf ON public.projects_gateapproval USING btree (approver_id);
CREATE INDEX projects_gateapproval_delegation_id_8a5e78d0 ON public.projects_gateapproval USING btree (delegation_id);
CREATE INDEX projects_gateapproval_evaluation_id_83295592 ON public.projects_gateapproval USING btree (evaluation_id);
CREATE UNIQUE INDEX projects_gateapproval_once ON public.projects_gateapproval USING btree (request_id, digest, approver_id) WHERE (withdrawn_at IS NULL);
CREATE INDEX projects_gateapproval_project_id_8a777b02 ON public.projects_gateapproval USING btree (project_id);
CREATE INDEX projects_gateapproval_request_id_94005e4d ON public.projects_gateapproval USING btree (request_id);
CREATE INDEX projects_gateapproval_requester_id_7081a422 ON public.projects_gateapproval USING btree (requester_id);
CREATE INDEX projects_gatecondition_approval_id_154e68e6 ON public.projects_gatecondition USING btree (approval_id);
CREATE INDEX projects_gatecondition_met_by_id_75c3861b ON public.projects_gatecondition USING btree (met_by_id);
CREATE INDEX projects_gatecondition_owner_id_a27dc8d3 ON public.projects_gatecondition USING btree (owner_id);
CREATE INDEX projects_gatecondition_project_id_6fee554f ON public.projects_gatecondition USING btree (project_id);
CREATE INDEX projects_gatedecision_decided_by_id_b3b6398f ON public.projects_gatedecision USING btree (decided_by_id);
CREATE INDEX projects_gatedecision_evaluation_id_de16b5ff ON public.projects_gatedecision USING btree (evaluation_id);
CREATE INDEX projects_gatedecision_project_id_aacac9e2 ON public.projects_gatedecision USING btree (project_id);
CREATE INDEX projects_gateevaluation_policy_id_b0a77950 ON public.projects_gateevaluation USING btree (policy_id);
CREATE INDEX projects_gateevaluation_project_id_1e7e3be0 ON public.projects_gateevaluation USING btree (project_id);
CREATE UNIQUE INDEX projects_gaterequest_one_open ON public.projects_gaterequest USING btree (project_id) WHERE ((state)::text = 'open'::text);
CREATE INDEX projects_gaterequest_project_id_e4310dc1 ON public.projects_gaterequest USING btree (project_id);
CREATE INDEX projects_gaterequest_requested_by_id_4e53e100 ON public.projects_gaterequest USING btree (requested_by_id);
CREATE INDEX projects_gatewaiver_granted_by_id_8b1f2c8a ON public.projects_gatewaiver USING btree (granted_by_id);
CREATE INDEX projects_gatewaiver_project_id_7742b7aa ON public.projects_gatewaiver USING btree (project_id);
CREATE INDEX projects_healthnote_last ON public.projects_healthnote USING btree (project_id, id DESC);
CREATE INDEX projects_healthnote_project_id_672970e7 ON public.projects_healthnote USING btree (project_id);
CREATE INDEX projects_healthnote_set_by_id_8c499c4e ON public.projects_healthnote USING btree (set_by_id);
CREATE INDEX projects_indicator_created_by_id_b93eb9b7 ON public.projects_indicator USING btree (created_by_id);
CREATE INDEX projects_indicator_metric ON public.projects_indicator USING btree (metric, subject);
CREATE INDEX projects_indicator_risk_id_fe2a3674 ON public.projects_indicator USING btree (risk_id);
CREATE INDEX projects_indicatorreading_indicator_id_9da06ccb ON public.projects_indicatorreading USING btree (indicator_id);
CREATE INDEX projects_item_backlog ON public.projects_workitem USING btree (project_id, rank, id) WHERE ((sprint_id IS NULL) AND (NOT ((state)::text = ANY ((ARRAY['done'::character varying, 'dropped'::character varying])::text[]))));
CREATE UNIQUE INDEX projects_item_external ON public.projects_workitem USING btree (project_id, external_source, external_id) WHERE (NOT ((external_source)::text = ''::text));
CREATE INDEX projects_item_labels ON public.projects_workitem USING gin (labels);
CREATE INDEX projects_item_lane ON public.projects_workitem USING btree (project_id, sprint_id, state, rank);
CREATE INDEX projects_item_waiting ON public.projects_workitem USING btree (project_id) WHERE ((triage)::text = 'waiting'::text);
CREATE INDEX projects_itemblock_blocked_id_e51be89e ON public.projects_itemblock USING btree (blocked_id);
CREATE INDEX projects_itemblock_blocker_id_91e952bf ON public.projects_itemblock USING btree (blocker_id);
CREATE INDEX projects_itemblock_created_by_id_31ea5a5a ON public.projects_itemblock USING btree (created_by_id);
CREATE INDEX projects_itemcomment_created_by_id_2cd43fb7 ON public.projects_itemcomment USING btree (created_by_id);
CREATE INDEX projects_itemcomment_item_id_a819ca81 ON public.projects_itemcomment USING btree (item_id);
CREATE INDEX projects_itemcomment_project_id_ff61ec04 ON public.projects_itemcomment USING btree (project_id);
CREATE INDEX projects_itemfield_project_id_f4179d2e ON public.projects_itemfield USING btree (project_id);
CREATE INDEX projects_itemlink_created_by_id_b97fddc8 ON public.projects_itemlink USING btree (created_by_id);
CREATE INDEX projects_itemlink_item_id_88664ef3 ON public.projects_itemlink USING btree (item_id);
CREATE INDEX projects_itemstatus_project_id_b0cfc05b ON public.projects_itemstatus USING btree (project_id);
CREATE INDEX projects_itemtemplate_project_id_67b3417b ON public.projects_itemtemplate USING btree (project_id);
CREATE INDEX projects_killcriterion_decider_id_fdc1f7b5 ON public.projects_killcriterion USING btree (decider_id);
CREATE INDEX projects_killcriterion_project_id_64ce8cea ON public.projects_killcriterion USING btree (project_id);
CREATE INDEX projects_membership_project_id_5f65bf3f ON public.projects_membership USING btree (project_id);
CREATE INDEX projects_membership_user_id_13374535 ON public.projects_membership USING btree (user_id);
CREATE INDEX projects_objection_author_id_06e22932 ON public.projects_objection USING btree (author_id);
CREATE INDEX projects_objection_project_id_6b02cc63 ON public.projects_objection USING btree (project_id);
CREATE INDEX projects_outcome_option_id_459d8622 ON public.projects_outcome USING btree (option_id);
CREATE INDEX projects_policyversion_name_letters ON public.projects_policyversion USING gin (upper((name)::text) public.gin_trgm_ops);
CREATE INDEX projects_policyversion_published_by_id_de6a42e2 ON public.projects_policyversion USING btree (published_by_id);
CREATE INDEX projects_policyversion_title_letters ON public.projects_policyversion USING gin (upper((title)::text) public.gin_trgm_ops);
CREATE INDEX projects_policyversion_written_by_id_9b82b510 ON public.projects_policyversion USING btree (written_by_id);
CREATE INDEX projects_precedent_finished_id_daaaaf5b ON public.projects_precedent USING btree (finished_id);
CREATE INDEX projects_precedent_project_id_e6a33c31 ON public.projects_precedent USING btree (project_id);
CREATE INDEX projects_priorsversion_project_id_d5463577 ON public.projects_priorsversion USING btree (project_id);
CREATE INDEX projects_project_created_by_id_c49d7b6d ON public.projects_project USING btree (created_by_id);
CREATE INDEX projects_project_key_c0fa4e29_like ON public.projects_project USING btree (key varchar_pattern_ops);
CREATE INDEX projects_project_name_letters ON public.projects_project USING gin (upper((name)::text) public.gin_trgm_ops);
CREATE INDEX projects_project_words ON public.projects_project USING gin (to_tsvector('simple'::regconfig, (((COALESCE(name, ''::character varying))::text || ' '::text) || (COALESCE(purpose, ''::character varying))::text)));
CREATE INDEX projects_projectpolicy_policy_id_7c54f486 ON public.projects_projectpolicy USING btree (policy_id);
CREATE INDEX projects_readinessanswer_author_id_dd685f9b ON public.projects_readinessanswer USING btree (author_id);
CREATE INDEX projects_readinessanswer_project_id_2f850c44 ON public.projects_readinessanswer USING btree (project_id);
CREATE INDEX projects_reviewcard_item_id_2b87e5cc ON public.projects_reviewcard USING btree (item_id);
CREATE INDEX projects_reviewcard_project_id_cfeecfa6 ON public.projects_reviewcard USING btree (project_id);
CREATE INDEX projects_reviewcard_review_id_107c7f0d ON public.projects_reviewcard USING btree (review_id);
CREATE INDEX projects_reviewcard_written_by_id_7c925443 ON public.projects_reviewcard USING btree (written_by_id);
CREATE INDEX projects_reviewlink_created_by_id_f5fbb9ca ON public.projects_reviewlink USING btree (created_by_id);
CREATE INDEX projects_reviewlink_digest_559e8ba3_like ON public.projects_reviewlink USING btree (digest varchar_pattern_ops);
CREATE INDEX projects_reviewlink_project_id_05fc0ece ON public.projects_reviewlink USING btree (project_id);
CREATE INDEX projects_reviewlink_review_id_d302bd75 ON public.projects_reviewlink USING btree (review_id);
CREATE INDEX projects_reviewvote_card_id_e7db06aa ON public.projects_reviewvote USING btree (card_id);
CREATE INDEX projects_reviewvote_user_id_1c99d91e ON public.projects_reviewvote USING btree (user_id);
CREATE INDEX projects_risk_created_by_id_647f8853 ON public.projects_risk USING btree (created_by_id);
CREATE INDEX projects_risk_owner_id_9e7afac3 ON public.projects_risk USING btree (owner_id);
CREATE INDEX projects_risk_project_id_5eed7eba ON public.projects_risk USING btree (project_id);
CREATE INDEX projects_risk_title_letters ON public.projects_risk USING gin (upper((title)::text) public.gin_trgm_ops);
CREATE INDEX projects_risk_words ON public.projects_risk USING gin (to_tsvector('simple'::regconfig, (((((((((COALESCE(title, ''::character varying))::text || ' '::text) || COALESCE(cause, ''::text)) || ' '::text) || COALESCE(event, ''::text)) || ' '::text) || COALESCE(consequence, ''::text)) || ' '::text) || COALESCE(treatment, ''::text))));
CREATE INDEX projects_riskacceptance_countersigned_by_id_44b41f23 ON public.projects_riskacceptance USING btree (countersigned_by_id);
CREATE INDEX projects_riskacceptance_risk_id_4f59393d ON public.projects_riskacceptance USING btree (risk_id);
CREATE INDEX projects_riskacceptance_signed_by_id_e76db544 ON public.projects_riskacceptance USING btree (signed_by_id);
CREATE INDEX projects_savedview_owner_id_5b12f791 ON public.projects_savedview USING btree (owner_id);
CREATE INDEX projects_savedview_project_id_9a8693c7 ON public.projects_savedview USING btree (project_id);
CREATE INDEX projects_scope_revised_by_id_55eb2a22 ON public.projects_scope USING btree (revised_by_id);
CREATE INDEX projects_scopeoption_costed_by_id_762f8c84 ON public.projects_scopeoption USING btree (costed_by_id);
CREATE INDEX projects_scopeoption_precedent_id_3ed2b013 ON public.projects_scopeoption USING btree (precedent_id);
CREATE INDEX projects_scopeoption_project_id_d432e3d1 ON public.projects_scopeoption USING btree (project_id);
CREATE INDEX projects_sheet_precedent_id_188c667a ON public.projects_sheet USING btree (precedent_id);
CREATE INDEX projects_sheet_rater_id_6c7bb2ce ON public.projects_sheet USING btree (rater_id);
CREATE INDEX projects_spike_locked_by_id_393d33e8 ON public.projects_spike USING btree (locked_by_id);
CREATE INDEX projects_spike_option_id_30dfb302 ON public.projects_spike USING btree (option_id);
CREATE INDEX projects_spike_project_id_b77dbf26 ON public.projects_spike USING btree (project_id);
CREATE INDEX projects_sprint_goal_letters ON public.projects_sprint USING gin (upper((goal)::text) public.gin_trgm_ops);
CREATE UNIQUE INDEX projects_sprint_one_active ON public.projects_sprint USING btree (project_id) WHERE ((state)::text = 'active'::text);
CREATE INDEX projects_sprint_project_id_21ce4e74 ON public.projects_sprint USING btree (project_id);
CREATE INDEX projects_sprintcapacity_sprint_id_d4c11cfd ON public.projects_sprintcapacity USING btree (sprint_id);
CREATE INDEX projects_sprintcapacity_user_id_82b90149 ON public.projects_sprintcapacity USING btree (user_id);
CREATE INDEX projects_sprintreview_closed_by_id_b8d080f1 ON public.projects_sprintreview USING btree (closed_by_id);
CREATE INDEX projects_sprintreview_project_id_6baa3eae ON public.projects_sprintreview USING btree (project_id);
CREATE UNIQUE INDEX projects_waiver_one_open ON public.projects_gatewaiver USING btree (project_id, gate, check_id) WHERE (ended_at IS NULL);
CREATE INDEX projects_workitem_assignee_id_77eb16a7 ON public.projects_workitem USING btree (assignee_id);
CREATE INDEX projects_workitem_created_by_id_a4b4586d ON public.projects_workitem USING btree (created_by_id);
CREATE INDEX projects_workitem_parent_id_b4badb94 ON public.projects_workitem USING btree (parent_id);
CREATE INDEX projects_workitem_project_id_8eba7605 ON public.projects_workitem USING btree (project_id);
CREATE INDEX projects_workitem_sprint_id_c46835c1 ON public.projects_workitem USING btree (sprint_id);
CREATE INDEX projects_workitem_status_id_93e4c4a1 ON public.projects_workitem USING btree (status_id);
CREATE INDEX projects_workitem_title_letters ON public.projects_workitem USING gin (upper((title)::text) public.gin_trgm_ops);
CREATE INDEX projects_workitem_words ON public.projects_workitem USING gin (to_tsvector('simple'::regconfig, (((COALESCE(title, ''::character varying))::text || ' '::text) || COALESCE(description, ''::text))));
CREATE INDEX registry_prediction_at ON public.models_registry_predictionlog USING btree (deployment_id, at);
CREATE INDEX registry_prediction_labelled ON public.models_registry_predictionlog USING btree (deployment_id, at) WHERE (truth_at IS NOT NULL);
CREATE TRIGGER core_event_no_change BEFORE DELETE OR UPDATE ON public.core_event FOR EACH ROW EXECUTE FUNCTION public.core_event_append_only();
CREATE TRIGGER core_event_no_truncate BEFORE TRUNCATE ON public.core_event FOR EACH STATEMENT EXECUTE FUNCTION public.core_event_append_only();
CREATE TRIGGER documents_passage_no_change BEFORE DELETE OR UPDATE ON public.documents_passage FOR EACH ROW EXECUTE FUNCTION public.documents_passage_append_only();
CREATE TRIGGER models_registry_approval_no_delete BEFORE DELETE ON public.models_registry_approval FOR EACH ROW EXECUTE FUNCTION public.projects_never_changes();
CREATE TRIGGER models_registry_approval_only_withdrawn BEFORE UPDATE ON public.models_registry_approval FOR EACH ROW WHEN (((old.withdrawn_at IS NOT NULL) OR (new.withdrawn_at IS NULL) OR ((((((((((((((new.id IS DISTINCT FROM old.id) OR (new.review_id IS DISTINCT FROM old.review_id)) OR (new.revision IS DISTINCT FROM old.revision)) OR ((new.digest)::text IS DISTINCT FROM (old.digest)::text)) OR ((new.decision)::text IS DISTINCT FROM (old.decision)::text)) OR (new.comment IS DISTINCT FROM old.comment)) OR (new.approver_id IS DISTINCT FROM old.approver_id)) OR ((new.role)::text IS DISTINCT FROM (old.role)::text)) OR (new.author_id IS DISTINCT FROM old.author_id)) OR (new.requester_id IS DISTINCT FROM old.requester_id)) OR (new.at IS DISTINCT FROM old.at)) OR ((new.evidence)::text IS DISTINCT FROM (old.evidence)::text)) OR (new.bound IS DISTINCT FROM old.bound)) OR (new.delegation_id IS DISTINCT FROM old.delegation_id)))) EXECUTE FUNCTION public.projects_never_changes();
CREATE TRIGGER projects_dossierrevision_no_change BEFORE DELETE OR UPDATE ON public.projects_dossierrevision FOR EACH ROW EXECUTE FUNCTION public.projects_dossierrevision_append_only();
CREATE TRIGGER projects_gateapproval_no_delete BEFORE DELETE ON public.projects_gateapproval FOR EACH ROW EXECUTE FUNCTION public.projects_never_changes();
CREATE TRIGGER projects_gateapproval_only_withdrawn BEFORE UPDATE ON public.projects_gateapproval FOR EACH ROW WHEN (((old.withdrawn_at IS NOT NULL) OR (new.withdrawn_at IS NULL) OR ((((((((((((new.id IS DISTINCT FROM old.id) OR (new.project_id IS DISTINCT FROM old.project_id)) OR (new.request_id IS DISTINCT FROM old.request_id)) OR (new.requester_id IS DISTINCT FROM old.requester_id)) OR (new.evaluation_id IS DISTINCT FROM old.evaluation_id)) OR ((new.digest)::text IS DISTINCT FROM (old.digest)::text)) OR ((new.verdict)::text IS DISTINCT FROM (old.verdict)::text)) OR (new.comment IS DISTINCT FROM old.comment)) OR (new.approver_id IS DISTINCT FROM old.approver_id)) OR ((new.role)::text IS DISTINCT FROM (old.role)::text)) OR (new.at IS DISTINCT FROM old.at)) OR (new.delegation_id IS DISTINCT FROM old.delegation_id)))) EXECUTE FUNCTION public.projects_never_changes();
CREATE TRIGGER projects_gatedecision_no_change BEFORE DELETE OR UPDATE ON public.projects_gatedecision FOR EACH ROW EXECUTE FUNCTION public.projects_never_changes();
CREATE TRIGGER projects_gateevaluation_no_change BEFORE DELETE OR UPDATE ON public.projects_gateevaluation FOR EACH ROW EXECUTE FUNCTION public.projects_never_changes();
CREATE TRIGGER projects_killcriterion_no_change BEFORE DELETE OR UPDATE ON public.projects_killcriterion FOR EACH ROW EXECUTE FUNCTION public.projects_killcriterion_fixed();
CREATE TRIGGER projects_outcome_no_change BEFORE DELETE OR UPDATE ON public.projects_outcome FOR EACH ROW EXECUTE FUNCTION public.projects_outcome_stays();
CREATE TRIGGER projects_policyversion_published BEFORE DELETE OR UPDATE ON public.projects_policyversion FOR EACH ROW WHEN (((old.state)::text = 'published'::text)) EXECUTE FUNCTION public.projects_never_changes();
CREATE TRIGGER projects_priorsversion_no_change BEFORE DELETE OR UPDATE ON public.projects_priorsversion FOR EACH ROW EXECUTE FUNCTION public.projects_priorsversion_append_only();
CREATE TRIGGER projects_reviewcard_no_change BEFORE INSERT OR DELETE OR UPDATE ON public.projects_reviewcard FOR EACH ROW EXECUTE FUNCTION public.projects_reviewcard_frozen();
CREATE TRIGGER projects_reviewvote_no_change BEFORE INSERT OR DELETE OR UPDATE ON public.projects_reviewvote FOR EACH ROW EXECUTE FUNCTION public.projects_reviewvote_frozen();
CREATE TRIGGER projects_spike_no_change BEFORE DELETE OR UPDATE ON public.projects_spike FOR EACH ROW EXECUTE FUNCTION public.projects_spike_locked();
CREATE TRIGGER projects_sprintreview_no_change BEFORE DELETE OR UPDATE ON public.projects_sprintreview FOR EACH ROW EXECUTE FUNCTION public.projects_sprintreview_frozen();
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissio_permission_id_84c5c92e_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES public.auth_permission(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_b120cbf9_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_2f476e4b_fk_django_co FOREIGN KEY (content_type_id) REFERENCES public.django_content_type(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.core_delivery
    ADD CONSTRAINT core_delivery_event_id_b08c48a1_fk_core_event_id FOREIGN KEY (event_id) REFERENCES public.core_event(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.core_event
    ADD CONSTRAINT core_event_actor_id_594b280e_fk_core_user_id FOREIGN KEY (actor_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.core_event
    ADD CONSTRAINT core_event_stream_id_47adc6a2_fk_core_stream_id FOREIGN KEY (stream_id) REFERENCES public.core_stream(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.core_idempotencykey
    ADD CONSTRAINT core_idempotencykey_user_id_ca0b627c_fk_core_user_id FOREIGN KEY (user_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.core_job
    ADD CONSTRAINT core_job_created_by_id_818c132f_fk_core_user_id FOREIGN KEY (created_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.core_job
    ADD CONSTRAINT core_job_stream_id_ea77bb56_fk_core_stream_id FOREIGN KEY (stream_id) REFERENCES public.core_stream(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.core_joblog
    ADD CONSTRAINT core_joblog_job_id_a07d7c11_fk_core_job_id FOREIGN KEY (job_id) REFERENCES public.core_job(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.core_schedule
    ADD CONSTRAINT core_schedule_stream_id_21aba1cc_fk_core_stream_id FOREIGN KEY (stream_id) REFERENCES public.core_stream(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.core_schedulefire
    ADD CONSTRAINT core_schedulefire_job_id_178ab944_fk_core_job_id FOREIGN KEY (job_id) REFERENCES public.core_job(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.core_schedulefire
    ADD CONSTRAINT core_schedulefire_schedule_id_93179791_fk_core_schedule_id FOREIGN KEY (schedule_id) REFERENCES public.core_schedule(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.core_token
    ADD CONSTRAINT core_token_stream_id_f9e2e6a0_fk_core_stream_id FOREIGN KEY (stream_id) REFERENCES public.core_stream(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.core_token
    ADD CONSTRAINT core_token_user_id_3f64e583_fk_core_user_id FOREIGN KEY (user_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.core_user_groups
    ADD CONSTRAINT core_user_groups_group_id_fe8c697f_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.core_user_groups
    ADD CONSTRAINT core_user_groups_user_id_70b4d9b8_fk_core_user_id FOREIGN KEY (user_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.core_user_user_permissions
    ADD CONSTRAINT core_user_user_permi_permission_id_35ccf601_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES public.auth_permission(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.core_user_user_permissions
    ADD CONSTRAINT core_user_user_permissions_user_id_085123d3_fk_core_user_id FOREIGN KEY (user_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.documents_passage
    ADD CONSTRAINT documents_passage_project_id_fd836ccf_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.documents_passage
    ADD CONSTRAINT documents_passage_written_by_id_ca03360c_fk_core_user_id FOREIGN KEY (written_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_artifact
    ADD CONSTRAINT experiments_artifact_blob_id_bd97b676_fk_core_blob_digest FOREIGN KEY (blob_id) REFERENCES public.core_blob(digest) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_artifact
    ADD CONSTRAINT experiments_artifact_project_id_580640ed_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_dataset
    ADD CONSTRAINT experiments_dataset_created_by_id_81127f1c_fk_core_user_id FOREIGN KEY (created_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_dataset
    ADD CONSTRAINT experiments_dataset_project_id_b56cb5bc_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_datasetversion
    ADD CONSTRAINT experiments_datasetv_created_by_id_03d6b1e4_fk_core_user FOREIGN KEY (created_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_datasetversion
    ADD CONSTRAINT experiments_datasetv_dataset_id_7e2c4270_fk_experimen FOREIGN KEY (dataset_id) REFERENCES public.experiments_dataset(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_datasetversion
    ADD CONSTRAINT experiments_datasetv_original_id_c305ff2b_fk_core_blob FOREIGN KEY (original_id) REFERENCES public.core_blob(digest) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_datasetversion
    ADD CONSTRAINT experiments_datasetv_project_id_7ffa7a0e_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_datasetversion
    ADD CONSTRAINT experiments_datasetv_table_id_869c4230_fk_core_blob FOREIGN KEY (table_id) REFERENCES public.core_blob(digest) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_experiment
    ADD CONSTRAINT experiments_experime_project_id_16f1a28b_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_experiment
    ADD CONSTRAINT experiments_experiment_created_by_id_7a6e7047_fk_core_user_id FOREIGN KEY (created_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_latestmetric
    ADD CONSTRAINT experiments_latestme_key_id_a8dbf4da_fk_experimen FOREIGN KEY (key_id) REFERENCES public.experiments_metricname(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_latestmetric
    ADD CONSTRAINT experiments_latestmetric_run_id_f0d26b4e_fk_experiments_run_id FOREIGN KEY (run_id) REFERENCES public.experiments_run(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_loggedmodel
    ADD CONSTRAINT experiments_loggedmo_experiment_id_fa76fce5_fk_experimen FOREIGN KEY (experiment_id) REFERENCES public.experiments_experiment(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_loggedmodel
    ADD CONSTRAINT experiments_loggedmo_project_id_4723856a_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_loggedmodel
    ADD CONSTRAINT experiments_loggedmo_source_run_id_c1cd4253_fk_experimen FOREIGN KEY (source_run_id) REFERENCES public.experiments_run(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_loggedmodel
    ADD CONSTRAINT experiments_loggedmodel_created_by_id_918d2170_fk_core_user_id FOREIGN KEY (created_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_reproduction
    ADD CONSTRAINT experiments_reproduc_again_id_2051d2d8_fk_experimen FOREIGN KEY (again_id) REFERENCES public.experiments_run(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_reproduction
    ADD CONSTRAINT experiments_reproduc_first_id_925e22d7_fk_experimen FOREIGN KEY (first_id) REFERENCES public.experiments_run(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_reproduction
    ADD CONSTRAINT experiments_reproduc_project_id_1c4c2e52_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_reproduction
    ADD CONSTRAINT experiments_reproduction_created_by_id_83d07965_fk_core_user_id FOREIGN KEY (created_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_run
    ADD CONSTRAINT experiments_run_created_by_id_065a04e8_fk_core_user_id FOREIGN KEY (created_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_run
    ADD CONSTRAINT experiments_run_experiment_id_af6f5396_fk_experimen FOREIGN KEY (experiment_id) REFERENCES public.experiments_experiment(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_run
    ADD CONSTRAINT experiments_run_project_id_42a9937e_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_runcomment
    ADD CONSTRAINT experiments_runcomme_project_id_35e70c9f_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_runcomment
    ADD CONSTRAINT experiments_runcomment_created_by_id_c6bffae7_fk_core_user_id FOREIGN KEY (created_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_runcomment
    ADD CONSTRAINT experiments_runcomment_run_id_ef871a70_fk_experiments_run_id FOREIGN KEY (run_id) REFERENCES public.experiments_run(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_runinput
    ADD CONSTRAINT experiments_runinput_dataset_version_id_bce27531_fk_experimen FOREIGN KEY (dataset_version_id) REFERENCES public.experiments_datasetversion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_runinput
    ADD CONSTRAINT experiments_runinput_run_id_d722277d_fk_experiments_run_id FOREIGN KEY (run_id) REFERENCES public.experiments_run(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_runitem
    ADD CONSTRAINT experiments_runitem_created_by_id_bff982f9_fk_core_user_id FOREIGN KEY (created_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_runitem
    ADD CONSTRAINT experiments_runitem_item_id_ef5c9319_fk_projects_workitem_id FOREIGN KEY (item_id) REFERENCES public.projects_workitem(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_runitem
    ADD CONSTRAINT experiments_runitem_run_id_d4cffbf0_fk_experiments_run_id FOREIGN KEY (run_id) REFERENCES public.experiments_run(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_trace
    ADD CONSTRAINT experiments_trace_experiment_id_b4577e4f_fk_experimen FOREIGN KEY (experiment_id) REFERENCES public.experiments_experiment(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_trace
    ADD CONSTRAINT experiments_trace_project_id_01a498b4_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_trace
    ADD CONSTRAINT experiments_trace_run_id_eec01aee_fk_experiments_run_id FOREIGN KEY (run_id) REFERENCES public.experiments_run(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_tracespan
    ADD CONSTRAINT experiments_tracespan_trace_id_356ec191_fk_experiments_trace_id FOREIGN KEY (trace_id) REFERENCES public.experiments_trace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_training
    ADD CONSTRAINT experiments_training_dataset_version_id_d5095c26_fk_experimen FOREIGN KEY (dataset_version_id) REFERENCES public.experiments_datasetversion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_training
    ADD CONSTRAINT experiments_training_extra_version_id_73d969fd_fk_experimen FOREIGN KEY (extra_version_id) REFERENCES public.experiments_datasetversion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_training
    ADD CONSTRAINT experiments_training_holdout_id_733b0fdd_fk_core_blob_digest FOREIGN KEY (holdout_id) REFERENCES public.core_blob(digest) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_training
    ADD CONSTRAINT experiments_training_job_id_8521b8fd_fk_core_job_id FOREIGN KEY (job_id) REFERENCES public.core_job(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_training
    ADD CONSTRAINT experiments_training_model_blob_id_0ec74261_fk_core_blob_digest FOREIGN KEY (model_blob_id) REFERENCES public.core_blob(digest) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_training
    ADD CONSTRAINT experiments_training_project_id_a308e510_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_training
    ADD CONSTRAINT experiments_training_reference_id_8c8767db_fk_core_blob_digest FOREIGN KEY (reference_id) REFERENCES public.core_blob(digest) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_training
    ADD CONSTRAINT experiments_training_run_id_f4233b64_fk_experiments_run_id FOREIGN KEY (run_id) REFERENCES public.experiments_run(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_upload
    ADD CONSTRAINT experiments_upload_created_by_id_c1bf1d0f_fk_core_user_id FOREIGN KEY (created_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_upload
    ADD CONSTRAINT experiments_upload_project_id_40d8430c_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.experiments_uploadpart
    ADD CONSTRAINT experiments_uploadpa_upload_id_d8b5c242_fk_experimen FOREIGN KEY (upload_id) REFERENCES public.experiments_upload(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.inbox_dispatch
    ADD CONSTRAINT inbox_dispatch_notification_id_11bf49a8_fk_inbox_not FOREIGN KEY (notification_id) REFERENCES public.inbox_notification(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.inbox_mark
    ADD CONSTRAINT inbox_mark_user_id_c9790787_fk_core_user_id FOREIGN KEY (user_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.inbox_notification
    ADD CONSTRAINT inbox_notification_actor_id_32ffbc9a_fk_core_user_id FOREIGN KEY (actor_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.inbox_notification
    ADD CONSTRAINT inbox_notification_project_id_ebb00cf8_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.inbox_notification
    ADD CONSTRAINT inbox_notification_user_id_346c436b_fk_core_user_id FOREIGN KEY (user_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.inbox_preferences
    ADD CONSTRAINT inbox_preferences_user_id_bee3d1cb_fk_core_user_id FOREIGN KEY (user_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.inbox_projectchannel
    ADD CONSTRAINT inbox_projectchannel_project_id_781d9fb0_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_approval
    ADD CONSTRAINT models_registry_appr_delegation_id_ece02d9d_fk_projects_ FOREIGN KEY (delegation_id) REFERENCES public.projects_delegation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_approval
    ADD CONSTRAINT models_registry_appr_review_id_0090fc9a_fk_models_re FOREIGN KEY (review_id) REFERENCES public.models_registry_review(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_approval
    ADD CONSTRAINT models_registry_approval_approver_id_abb84ff2_fk_core_user_id FOREIGN KEY (approver_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_approval
    ADD CONSTRAINT models_registry_approval_author_id_237e764f_fk_core_user_id FOREIGN KEY (author_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_approval
    ADD CONSTRAINT models_registry_approval_requester_id_6d540a25_fk_core_user_id FOREIGN KEY (requester_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_comparison
    ADD CONSTRAINT models_registry_comp_challenger_id_90745079_fk_models_re FOREIGN KEY (challenger_id) REFERENCES public.models_registry_modelversion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_comparison
    ADD CONSTRAINT models_registry_comp_champion_id_3229f666_fk_models_re FOREIGN KEY (champion_id) REFERENCES public.models_registry_modelversion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_comparison
    ADD CONSTRAINT models_registry_comp_project_id_12c7007e_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_comparison
    ADD CONSTRAINT models_registry_comparison_job_id_13d6e0aa_fk_core_job_id FOREIGN KEY (job_id) REFERENCES public.core_job(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_deployment
    ADD CONSTRAINT models_registry_depl_deployed_by_id_08f6edb1_fk_core_user FOREIGN KEY (deployed_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_deployment
    ADD CONSTRAINT models_registry_depl_live_version_id_89c09499_fk_models_re FOREIGN KEY (live_version_id) REFERENCES public.models_registry_modelversion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_deployment
    ADD CONSTRAINT models_registry_depl_model_id_4ef35cdb_fk_models_re FOREIGN KEY (model_id) REFERENCES public.models_registry_registeredmodel(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_deployment
    ADD CONSTRAINT models_registry_depl_previous_version_id_d96017b3_fk_models_re FOREIGN KEY (previous_version_id) REFERENCES public.models_registry_modelversion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_deployment
    ADD CONSTRAINT models_registry_depl_project_id_c3590549_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_evaluation
    ADD CONSTRAINT models_registry_eval_created_by_id_926c6182_fk_core_user FOREIGN KEY (created_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_evaluation
    ADD CONSTRAINT models_registry_eval_dataset_version_id_ee4752ba_fk_experimen FOREIGN KEY (dataset_version_id) REFERENCES public.experiments_datasetversion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_evaluation
    ADD CONSTRAINT models_registry_eval_holdout_id_7852794d_fk_core_blob FOREIGN KEY (holdout_id) REFERENCES public.core_blob(digest) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_evaluation
    ADD CONSTRAINT models_registry_eval_project_id_5df00ac9_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_evaluation
    ADD CONSTRAINT models_registry_eval_reference_id_ffcb0538_fk_core_blob FOREIGN KEY (reference_id) REFERENCES public.core_blob(digest) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_evaluation
    ADD CONSTRAINT models_registry_eval_version_id_7d29c25c_fk_models_re FOREIGN KEY (version_id) REFERENCES public.models_registry_modelversion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_evaluation
    ADD CONSTRAINT models_registry_evaluation_job_id_37d16619_fk_core_job_id FOREIGN KEY (job_id) REFERENCES public.core_job(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_modelversion
    ADD CONSTRAINT models_registry_mode_created_by_id_759d20fe_fk_core_user FOREIGN KEY (created_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_modelversion
    ADD CONSTRAINT models_registry_mode_logged_model_id_bccbf356_fk_experimen FOREIGN KEY (logged_model_id) REFERENCES public.experiments_loggedmodel(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_modelversion
    ADD CONSTRAINT models_registry_mode_model_blob_id_69ac6b29_fk_core_blob FOREIGN KEY (model_blob_id) REFERENCES public.core_blob(digest) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_modelalias
    ADD CONSTRAINT models_registry_mode_model_id_15fa0487_fk_models_re FOREIGN KEY (model_id) REFERENCES public.models_registry_registeredmodel(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_modelversion
    ADD CONSTRAINT models_registry_mode_model_id_5f5e63eb_fk_models_re FOREIGN KEY (model_id) REFERENCES public.models_registry_registeredmodel(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_modelalias
    ADD CONSTRAINT models_registry_mode_model_version_id_8c984fe6_fk_models_re FOREIGN KEY (model_version_id) REFERENCES public.models_registry_modelversion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_modelversion
    ADD CONSTRAINT models_registry_mode_project_id_a19b718e_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_modelversion
    ADD CONSTRAINT models_registry_mode_run_id_3f00ae5a_fk_experimen FOREIGN KEY (run_id) REFERENCES public.experiments_run(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_predictionlog
    ADD CONSTRAINT models_registry_pred_deployment_id_6551adf2_fk_models_re FOREIGN KEY (deployment_id) REFERENCES public.models_registry_deployment(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_predictionlog
    ADD CONSTRAINT models_registry_pred_model_version_id_1d268d65_fk_models_re FOREIGN KEY (model_version_id) REFERENCES public.models_registry_modelversion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_registeredmodel
    ADD CONSTRAINT models_registry_regi_created_by_id_350f5c6f_fk_core_user FOREIGN KEY (created_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_registeredmodel
    ADD CONSTRAINT models_registry_regi_project_id_89693863_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_review
    ADD CONSTRAINT models_registry_revi_deployment_id_a68c12f9_fk_models_re FOREIGN KEY (deployment_id) REFERENCES public.models_registry_deployment(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_review
    ADD CONSTRAINT models_registry_revi_model_version_id_79a68211_fk_models_re FOREIGN KEY (model_version_id) REFERENCES public.models_registry_modelversion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_review
    ADD CONSTRAINT models_registry_revi_project_id_ce5f6b8c_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_review
    ADD CONSTRAINT models_registry_review_author_id_e49e72a6_fk_core_user_id FOREIGN KEY (author_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_review
    ADD CONSTRAINT models_registry_review_decided_by_id_9e077493_fk_core_user_id FOREIGN KEY (decided_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_review
    ADD CONSTRAINT models_registry_review_requested_by_id_68af8a73_fk_core_user_id FOREIGN KEY (requested_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_servingminute
    ADD CONSTRAINT models_registry_serv_deployment_id_7259e63f_fk_models_re FOREIGN KEY (deployment_id) REFERENCES public.models_registry_deployment(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_versioncomment
    ADD CONSTRAINT models_registry_vers_created_by_id_f0921b89_fk_core_user FOREIGN KEY (created_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_versioncomment
    ADD CONSTRAINT models_registry_vers_model_version_id_64fd6baa_fk_models_re FOREIGN KEY (model_version_id) REFERENCES public.models_registry_modelversion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_versioncomment
    ADD CONSTRAINT models_registry_vers_project_id_c29647db_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_webhook
    ADD CONSTRAINT models_registry_webh_project_id_41d464ad_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.models_registry_webhook
    ADD CONSTRAINT models_registry_webhook_created_by_id_1d0a11cf_fk_core_user_id FOREIGN KEY (created_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.monitoring_alert
    ADD CONSTRAINT monitoring_alert_acknowledged_by_id_2c2d86e9_fk_core_user_id FOREIGN KEY (acknowledged_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.monitoring_alert
    ADD CONSTRAINT monitoring_alert_monitor_id_f2cfc49f_fk_monitoring_monitor_id FOREIGN KEY (monitor_id) REFERENCES public.monitoring_monitor(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.monitoring_alert
    ADD CONSTRAINT monitoring_alert_project_id_22349f82_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.monitoring_alert
    ADD CONSTRAINT monitoring_alert_window_id_203bf7c1_fk_monitorin FOREIGN KEY (window_id) REFERENCES public.monitoring_driftwindow(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.monitoring_driftwindow
    ADD CONSTRAINT monitoring_driftwind_model_version_id_e09e164f_fk_models_re FOREIGN KEY (model_version_id) REFERENCES public.models_registry_modelversion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.monitoring_driftwindow
    ADD CONSTRAINT monitoring_driftwind_monitor_id_1b65853c_fk_monitorin FOREIGN KEY (monitor_id) REFERENCES public.monitoring_monitor(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.monitoring_driftwindow
    ADD CONSTRAINT monitoring_driftwind_project_id_950d4c41_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.monitoring_monitor
    ADD CONSTRAINT monitoring_monitor_created_by_id_2f481856_fk_core_user_id FOREIGN KEY (created_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.monitoring_monitor
    ADD CONSTRAINT monitoring_monitor_deployment_id_e6f1a106_fk_models_re FOREIGN KEY (deployment_id) REFERENCES public.models_registry_deployment(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.monitoring_monitor
    ADD CONSTRAINT monitoring_monitor_project_id_1e7cc48d_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.monitoring_monitor
    ADD CONSTRAINT monitoring_monitor_schedule_id_466009b7_fk_core_schedule_id FOREIGN KEY (schedule_id) REFERENCES public.core_schedule(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.monitoring_retraining
    ADD CONSTRAINT monitoring_retrainin_dataset_version_id_92c668d5_fk_experimen FOREIGN KEY (dataset_version_id) REFERENCES public.experiments_datasetversion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.monitoring_retraining
    ADD CONSTRAINT monitoring_retrainin_model_version_id_dbde1cb9_fk_models_re FOREIGN KEY (model_version_id) REFERENCES public.models_registry_modelversion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.monitoring_retraining
    ADD CONSTRAINT monitoring_retrainin_monitor_id_a9bd38cd_fk_monitorin FOREIGN KEY (monitor_id) REFERENCES public.monitoring_monitor(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.monitoring_retraining
    ADD CONSTRAINT monitoring_retrainin_project_id_ef15526c_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.monitoring_retraining
    ADD CONSTRAINT monitoring_retrainin_review_id_c16e6f83_fk_models_re FOREIGN KEY (review_id) REFERENCES public.models_registry_review(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.monitoring_retraining
    ADD CONSTRAINT monitoring_retraining_alert_id_cbe79424_fk_monitoring_alert_id FOREIGN KEY (alert_id) REFERENCES public.monitoring_alert(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.monitoring_retraining
    ADD CONSTRAINT monitoring_retraining_run_id_83dd0bc4_fk_experiments_run_id FOREIGN KEY (run_id) REFERENCES public.experiments_run(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.monitoring_retraining
    ADD CONSTRAINT monitoring_retraining_started_by_id_51d89729_fk_core_user_id FOREIGN KEY (started_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.porting_export
    ADD CONSTRAINT porting_export_archive_id_54481e2e_fk_core_blob_digest FOREIGN KEY (archive_id) REFERENCES public.core_blob(digest) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.porting_export
    ADD CONSTRAINT porting_export_created_by_id_2588e576_fk_core_user_id FOREIGN KEY (created_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.porting_export
    ADD CONSTRAINT porting_export_job_id_fcc85b50_fk_core_job_id FOREIGN KEY (job_id) REFERENCES public.core_job(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.porting_export
    ADD CONSTRAINT porting_export_project_id_49d4db53_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.porting_import
    ADD CONSTRAINT porting_import_archive_id_e2b0f856_fk_core_blob_digest FOREIGN KEY (archive_id) REFERENCES public.core_blob(digest) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.porting_import
    ADD CONSTRAINT porting_import_created_by_id_67253960_fk_core_user_id FOREIGN KEY (created_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.porting_import
    ADD CONSTRAINT porting_import_job_id_c4663fee_fk_core_job_id FOREIGN KEY (job_id) REFERENCES public.core_job(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.porting_import
    ADD CONSTRAINT porting_import_project_id_b1b27586_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.porting_importeditem
    ADD CONSTRAINT porting_importeditem_project_id_7e45b125_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.porting_importnote
    ADD CONSTRAINT porting_importnote_of_id_547d9ef3_fk_porting_import_id FOREIGN KEY (of_id) REFERENCES public.porting_import(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_assumption
    ADD CONSTRAINT projects_assumption_item_id_c49f7913_fk_projects_workitem_id FOREIGN KEY (item_id) REFERENCES public.projects_workitem(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_assumption
    ADD CONSTRAINT projects_assumption_owner_id_37669464_fk_core_user_id FOREIGN KEY (owner_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_assumption
    ADD CONSTRAINT projects_assumption_project_id_95b9fb5d_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_assumption
    ADD CONSTRAINT projects_assumption_spike_id_9f290486_fk_projects_spike_id FOREIGN KEY (spike_id) REFERENCES public.projects_spike(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_attachment
    ADD CONSTRAINT projects_attachment_blob_id_eaf6de01_fk_core_blob_digest FOREIGN KEY (blob_id) REFERENCES public.core_blob(digest) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_attachment
    ADD CONSTRAINT projects_attachment_created_by_id_a36de986_fk_core_user_id FOREIGN KEY (created_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_attachment
    ADD CONSTRAINT projects_attachment_item_id_a3428f71_fk_projects_workitem_id FOREIGN KEY (item_id) REFERENCES public.projects_workitem(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_attachment
    ADD CONSTRAINT projects_attachment_project_id_524bc015_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_ceiling
    ADD CONSTRAINT projects_ceiling_project_id_b1d98669_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_ceiling
    ADD CONSTRAINT projects_ceiling_sealed_by_id_ca8763d0_fk_core_user_id FOREIGN KEY (sealed_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_classification
    ADD CONSTRAINT projects_classificat_confirmed_by_id_2ed3b636_fk_core_user FOREIGN KEY (confirmed_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_classification
    ADD CONSTRAINT projects_classificat_project_id_40c251b0_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_classification
    ADD CONSTRAINT projects_classification_decided_by_id_6eefcca9_fk_core_user_id FOREIGN KEY (decided_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_control
    ADD CONSTRAINT projects_control_owner_id_0b7efad2_fk_core_user_id FOREIGN KEY (owner_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_control
    ADD CONSTRAINT projects_control_risk_id_da253f49_fk_projects_risk_id FOREIGN KEY (risk_id) REFERENCES public.projects_risk(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_delegation
    ADD CONSTRAINT projects_delegation_given_by_id_0112c36b_fk_core_user_id FOREIGN KEY (given_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_delegation
    ADD CONSTRAINT projects_delegation_given_to_id_6078be5e_fk_core_user_id FOREIGN KEY (given_to_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_delegation
    ADD CONSTRAINT projects_delegation_project_id_ad715fdc_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_dossier
    ADD CONSTRAINT projects_dossier_priors_id_7f11e3a7_fk_projects_ FOREIGN KEY (priors_id) REFERENCES public.projects_priorsversion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_dossier
    ADD CONSTRAINT projects_dossier_project_id_814b9dcf_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_dossier
    ADD CONSTRAINT projects_dossier_revised_by_id_d2d58652_fk_core_user_id FOREIGN KEY (revised_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_dossierrevision
    ADD CONSTRAINT projects_dossierrevi_project_id_aa125ffd_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_dossierrevision
    ADD CONSTRAINT projects_dossierrevision_revised_by_id_5d119b77_fk_core_user_id FOREIGN KEY (revised_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_finding
    ADD CONSTRAINT projects_finding_closed_by_id_905e23d8_fk_core_user_id FOREIGN KEY (closed_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_finding
    ADD CONSTRAINT projects_finding_indicator_id_1c691799_fk_projects_indicator_id FOREIGN KEY (indicator_id) REFERENCES public.projects_indicator(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_finding
    ADD CONSTRAINT projects_finding_opened_by_id_eef84b86_fk_core_user_id FOREIGN KEY (opened_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_finding
    ADD CONSTRAINT projects_finding_owner_id_f648336f_fk_core_user_id FOREIGN KEY (owner_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_finding
    ADD CONSTRAINT projects_finding_project_id_4d49c402_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_gateapproval
    ADD CONSTRAINT projects_gateapprova_delegation_id_8a5e78d0_fk_projects_ FOREIGN KEY (delegation_id) REFERENCES public.projects_delegation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_gateapproval
    ADD CONSTRAINT projects_gateapprova_evaluation_id_83295592_fk_projects_ FOREIGN KEY (evaluation_id) REFERENCES public.projects_gateevaluation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_gateapproval
    ADD CONSTRAINT projects_gateapprova_project_id_8a777b02_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_gateapproval
    ADD CONSTRAINT projects_gateapprova_request_id_94005e4d_fk_projects_ FOREIGN KEY (request_id) REFERENCES public.projects_gaterequest(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_gateapproval
    ADD CONSTRAINT projects_gateapproval_approver_id_dd9d69cf_fk_core_user_id FOREIGN KEY (approver_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_gateapproval
    ADD CONSTRAINT projects_gateapproval_of_its_digest FOREIGN KEY (evaluation_id, digest) REFERENCES public.projects_gateevaluation(id, digest);
ALTER TABLE ONLY public.projects_gateapproval
    ADD CONSTRAINT projects_gateapproval_of_its_requester FOREIGN KEY (request_id, requester_id) REFERENCES public.projects_gaterequest(id, requested_by_id);
ALTER TABLE ONLY public.projects_gateapproval
    ADD CONSTRAINT projects_gateapproval_requester_id_7081a422_fk_core_user_id FOREIGN KEY (requester_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_gatecondition
    ADD CONSTRAINT projects_gateconditi_approval_id_154e68e6_fk_projects_ FOREIGN KEY (approval_id) REFERENCES public.projects_gateapproval(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_gatecondition
    ADD CONSTRAINT projects_gateconditi_project_id_6fee554f_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_gatecondition
    ADD CONSTRAINT projects_gatecondition_met_by_id_75c3861b_fk_core_user_id FOREIGN KEY (met_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_gatecondition
    ADD CONSTRAINT projects_gatecondition_owner_id_a27dc8d3_fk_core_user_id FOREIGN KEY (owner_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_gatedecision
    ADD CONSTRAINT projects_gatedecisio_emergency_id_a7ff0010_fk_projects_ FOREIGN KEY (emergency_id) REFERENCES public.projects_finding(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_gatedecision
    ADD CONSTRAINT projects_gatedecisio_evaluation_id_de16b5ff_fk_projects_ FOREIGN KEY (evaluation_id) REFERENCES public.projects_gateevaluation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_gatedecision
    ADD CONSTRAINT projects_gatedecisio_project_id_aacac9e2_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_gatedecision
    ADD CONSTRAINT projects_gatedecision_decided_by_id_b3b6398f_fk_core_user_id FOREIGN KEY (decided_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_gateevaluation
    ADD CONSTRAINT projects_gateevaluat_policy_id_b0a77950_fk_projects_ FOREIGN KEY (policy_id) REFERENCES public.projects_policyversion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_gateevaluation
    ADD CONSTRAINT projects_gateevaluat_project_id_1e7e3be0_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_gaterequest
    ADD CONSTRAINT projects_gaterequest_project_id_e4310dc1_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_gaterequest
    ADD CONSTRAINT projects_gaterequest_requested_by_id_4e53e100_fk_core_user_id FOREIGN KEY (requested_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_gatewaiver
    ADD CONSTRAINT projects_gatewaiver_granted_by_id_8b1f2c8a_fk_core_user_id FOREIGN KEY (granted_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_gatewaiver
    ADD CONSTRAINT projects_gatewaiver_project_id_7742b7aa_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_healthnote
    ADD CONSTRAINT projects_healthnote_project_id_672970e7_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_healthnote
    ADD CONSTRAINT projects_healthnote_set_by_id_8c499c4e_fk_core_user_id FOREIGN KEY (set_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_indicator
    ADD CONSTRAINT projects_indicator_created_by_id_b93eb9b7_fk_core_user_id FOREIGN KEY (created_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_indicator
    ADD CONSTRAINT projects_indicator_risk_id_fe2a3674_fk_projects_risk_id FOREIGN KEY (risk_id) REFERENCES public.projects_risk(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_indicatorreading
    ADD CONSTRAINT projects_indicatorre_indicator_id_9da06ccb_fk_projects_ FOREIGN KEY (indicator_id) REFERENCES public.projects_indicator(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_workitem
    ADD CONSTRAINT projects_item_status_in_group FOREIGN KEY (status_id, project_id, state) REFERENCES public.projects_itemstatus(id, project_id, "group") DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_itemblock
    ADD CONSTRAINT projects_itemblock_blocked_id_e51be89e_fk_projects_workitem_id FOREIGN KEY (blocked_id) REFERENCES public.projects_workitem(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_itemblock
    ADD CONSTRAINT projects_itemblock_blocker_id_91e952bf_fk_projects_workitem_id FOREIGN KEY (blocker_id) REFERENCES public.projects_workitem(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_itemblock
    ADD CONSTRAINT projects_itemblock_created_by_id_31ea5a5a_fk_core_user_id FOREIGN KEY (created_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_itemcomment
    ADD CONSTRAINT projects_itemcomment_created_by_id_2cd43fb7_fk_core_user_id FOREIGN KEY (created_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_itemcomment
    ADD CONSTRAINT projects_itemcomment_item_id_a819ca81_fk_projects_workitem_id FOREIGN KEY (item_id) REFERENCES public.projects_workitem(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_itemcomment
    ADD CONSTRAINT projects_itemcomment_project_id_ff61ec04_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_itemfield
    ADD CONSTRAINT projects_itemfield_project_id_f4179d2e_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_itemlink
    ADD CONSTRAINT projects_itemlink_created_by_id_b97fddc8_fk_core_user_id FOREIGN KEY (created_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_itemlink
    ADD CONSTRAINT projects_itemlink_item_id_88664ef3_fk_projects_workitem_id FOREIGN KEY (item_id) REFERENCES public.projects_workitem(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_itemstatus
    ADD CONSTRAINT projects_itemstatus_project_id_b0cfc05b_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_itemtemplate
    ADD CONSTRAINT projects_itemtemplat_project_id_67b3417b_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_killcriterion
    ADD CONSTRAINT projects_killcriteri_project_id_64ce8cea_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_killcriterion
    ADD CONSTRAINT projects_killcriterion_decider_id_fdc1f7b5_fk_core_user_id FOREIGN KEY (decider_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_membership
    ADD CONSTRAINT projects_membership_project_id_5f65bf3f_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_membership
    ADD CONSTRAINT projects_membership_user_id_13374535_fk_core_user_id FOREIGN KEY (user_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_objection
    ADD CONSTRAINT projects_objection_author_id_06e22932_fk_core_user_id FOREIGN KEY (author_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_objection
    ADD CONSTRAINT projects_objection_project_id_6b02cc63_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_outcome
    ADD CONSTRAINT projects_outcome_option_id_459d8622_fk_projects_scopeoption_id FOREIGN KEY (option_id) REFERENCES public.projects_scopeoption(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_outcome
    ADD CONSTRAINT projects_outcome_project_id_13cf8e21_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_policyversion
    ADD CONSTRAINT projects_policyversion_published_by_id_de6a42e2_fk_core_user_id FOREIGN KEY (published_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_policyversion
    ADD CONSTRAINT projects_policyversion_written_by_id_9b82b510_fk_core_user_id FOREIGN KEY (written_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_precedent
    ADD CONSTRAINT projects_precedent_finished_id_daaaaf5b_fk_projects_ FOREIGN KEY (finished_id) REFERENCES public.projects_outcome(project_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_precedent
    ADD CONSTRAINT projects_precedent_project_id_e6a33c31_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_priorsversion
    ADD CONSTRAINT projects_priorsversi_project_id_d5463577_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_project
    ADD CONSTRAINT projects_project_created_by_id_c49d7b6d_fk_core_user_id FOREIGN KEY (created_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_project
    ADD CONSTRAINT projects_project_stream_id_87bc2e9d_fk_core_stream_id FOREIGN KEY (stream_id) REFERENCES public.core_stream(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_projectpolicy
    ADD CONSTRAINT projects_projectpoli_policy_id_7c54f486_fk_projects_ FOREIGN KEY (policy_id) REFERENCES public.projects_policyversion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_projectpolicy
    ADD CONSTRAINT projects_projectpoli_project_id_e22d1978_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_readinessanswer
    ADD CONSTRAINT projects_readinessan_project_id_2f850c44_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_readinessanswer
    ADD CONSTRAINT projects_readinessanswer_author_id_dd685f9b_fk_core_user_id FOREIGN KEY (author_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_reviewcard
    ADD CONSTRAINT projects_reviewcard_item_id_2b87e5cc_fk_projects_workitem_id FOREIGN KEY (item_id) REFERENCES public.projects_workitem(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_reviewcard
    ADD CONSTRAINT projects_reviewcard_project_id_cfeecfa6_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_reviewcard
    ADD CONSTRAINT projects_reviewcard_review_id_107c7f0d_fk_projects_ FOREIGN KEY (review_id) REFERENCES public.projects_sprintreview(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_reviewcard
    ADD CONSTRAINT projects_reviewcard_written_by_id_7c925443_fk_core_user_id FOREIGN KEY (written_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_reviewlink
    ADD CONSTRAINT projects_reviewlink_created_by_id_f5fbb9ca_fk_core_user_id FOREIGN KEY (created_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_reviewlink
    ADD CONSTRAINT projects_reviewlink_project_id_05fc0ece_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_reviewlink
    ADD CONSTRAINT projects_reviewlink_review_id_d302bd75_fk_projects_ FOREIGN KEY (review_id) REFERENCES public.projects_sprintreview(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_reviewvote
    ADD CONSTRAINT projects_reviewvote_card_id_e7db06aa_fk_projects_reviewcard_id FOREIGN KEY (card_id) REFERENCES public.projects_reviewcard(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_reviewvote
    ADD CONSTRAINT projects_reviewvote_user_id_1c99d91e_fk_core_user_id FOREIGN KEY (user_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_risk
    ADD CONSTRAINT projects_risk_created_by_id_647f8853_fk_core_user_id FOREIGN KEY (created_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_risk
    ADD CONSTRAINT projects_risk_owner_id_9e7afac3_fk_core_user_id FOREIGN KEY (owner_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_risk
    ADD CONSTRAINT projects_risk_project_id_5eed7eba_fk_projects_project_stream_id FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_riskacceptance
    ADD CONSTRAINT projects_riskaccepta_countersigned_by_id_44b41f23_fk_core_user FOREIGN KEY (countersigned_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_riskacceptance
    ADD CONSTRAINT projects_riskacceptance_risk_id_4f59393d_fk_projects_risk_id FOREIGN KEY (risk_id) REFERENCES public.projects_risk(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_riskacceptance
    ADD CONSTRAINT projects_riskacceptance_signed_by_id_e76db544_fk_core_user_id FOREIGN KEY (signed_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_savedview
    ADD CONSTRAINT projects_savedview_owner_id_5b12f791_fk_core_user_id FOREIGN KEY (owner_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_savedview
    ADD CONSTRAINT projects_savedview_project_id_9a8693c7_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_scope
    ADD CONSTRAINT projects_scope_project_id_fe6b2dc2_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_scope
    ADD CONSTRAINT projects_scope_revised_by_id_55eb2a22_fk_core_user_id FOREIGN KEY (revised_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_scopeoption
    ADD CONSTRAINT projects_scopeoption_costed_by_id_762f8c84_fk_core_user_id FOREIGN KEY (costed_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_scopeoption
    ADD CONSTRAINT projects_scopeoption_precedent_id_3ed2b013_fk_projects_ FOREIGN KEY (precedent_id) REFERENCES public.projects_precedent(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_scopeoption
    ADD CONSTRAINT projects_scopeoption_project_id_d432e3d1_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_sheet
    ADD CONSTRAINT projects_sheet_precedent_id_188c667a_fk_projects_precedent_id FOREIGN KEY (precedent_id) REFERENCES public.projects_precedent(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_sheet
    ADD CONSTRAINT projects_sheet_rater_id_6c7bb2ce_fk_core_user_id FOREIGN KEY (rater_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_spike
    ADD CONSTRAINT projects_spike_item_id_a2cb3700_fk_projects_workitem_id FOREIGN KEY (item_id) REFERENCES public.projects_workitem(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_spike
    ADD CONSTRAINT projects_spike_locked_by_id_393d33e8_fk_core_user_id FOREIGN KEY (locked_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_spike
    ADD CONSTRAINT projects_spike_option_id_30dfb302_fk_projects_scopeoption_id FOREIGN KEY (option_id) REFERENCES public.projects_scopeoption(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_spike
    ADD CONSTRAINT projects_spike_project_id_b77dbf26_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_sprint
    ADD CONSTRAINT projects_sprint_project_id_21ce4e74_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_sprintcapacity
    ADD CONSTRAINT projects_sprintcapac_sprint_id_d4c11cfd_fk_projects_ FOREIGN KEY (sprint_id) REFERENCES public.projects_sprint(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_sprintcapacity
    ADD CONSTRAINT projects_sprintcapacity_user_id_82b90149_fk_core_user_id FOREIGN KEY (user_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_sprintreview
    ADD CONSTRAINT projects_sprintrevie_project_id_6baa3eae_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_sprintreview
    ADD CONSTRAINT projects_sprintreview_closed_by_id_b8d080f1_fk_core_user_id FOREIGN KEY (closed_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_sprintreview
    ADD CONSTRAINT projects_sprintreview_sprint_id_eba7ead9_fk_projects_sprint_id FOREIGN KEY (sprint_id) REFERENCES public.projects_sprint(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_workitem
    ADD CONSTRAINT projects_workitem_assignee_id_77eb16a7_fk_core_user_id FOREIGN KEY (assignee_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_workitem
    ADD CONSTRAINT projects_workitem_created_by_id_a4b4586d_fk_core_user_id FOREIGN KEY (created_by_id) REFERENCES public.core_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_workitem
    ADD CONSTRAINT projects_workitem_parent_id_b4badb94_fk_projects_workitem_id FOREIGN KEY (parent_id) REFERENCES public.projects_workitem(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_workitem
    ADD CONSTRAINT projects_workitem_project_id_8eba7605_fk_projects_ FOREIGN KEY (project_id) REFERENCES public.projects_project(stream_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_workitem
    ADD CONSTRAINT projects_workitem_sprint_id_c46835c1_fk_projects_sprint_id FOREIGN KEY (sprint_id) REFERENCES public.projects_sprint(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.projects_workitem
    ADD CONSTRAINT projects_workitem_status_id_93e4c4a1_fk_projects_itemstatus_id FOREIGN KEY (status_id) REFERENCES public.projects_itemstatus(id) DEFERRABLE INITIALLY DEFERRED;
