# syntax=docker/dockerfile:1
# docs/docker.md says how it is run. Wheels only, so it builds alike for amd64 and arm64.

FROM python:3.13-slim-bookworm AS build

# Of pyproject.toml's extras, as in EXTRAS=llm,workers.
ARG EXTRAS=""

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore

WORKDIR /src
RUN python -m venv --without-pip /venv

COPY pyproject.toml constraints.txt README.md ./
COPY bot bot
COPY adapters adapters
COPY feeds feeds
RUN pip --python /venv/bin/python install --only-binary=:all: \
        --constraint constraints.txt ".${EXTRAS:+[$EXTRAS]}" \
    # One of the libraries brings it, for its own command.
    && pip --python /venv/bin/python uninstall --yes pip


FROM python:3.13-slim-bookworm

LABEL org.opencontainers.image.title="claimwire" \
      org.opencontainers.image.description="Holds the news against the claims of one essay"

ENV PATH="/venv/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    MPLCONFIGDIR=/tmp/matplotlib \
    CLAIMWIRE_DATA_DIR=/data \
    # To compact the ledger takes as much room again, which /tmp may not have.
    SQLITE_TMPDIR=/data

# A volume takes over the owner of the folder that it is laid over.
RUN install --directory --owner=10001 --group=10001 --mode=0750 /data \
    && install --directory /config

COPY --from=build /venv /venv

# A claimwire.toml that is mounted here is found.
WORKDIR /config
USER 10001:10001
VOLUME /data
STOPSIGNAL SIGTERM

# What `claimwire probe` says, at a tenth of the cost: judge, ledger, schedule, every channel.
HEALTHCHECK --interval=60s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-m", "bot.operations.probe"]

ENTRYPOINT ["claimwire"]
CMD ["run"]
