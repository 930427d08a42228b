# The API with its models. Build from the repository root: docker build --file docker/api.Dockerfile .

FROM python:3.11-slim-bookworm AS dependencies
# the base's own pip installs into it, so that the environment which is copied on has none
RUN python -m venv --without-pip /venv
WORKDIR /build
COPY pyproject.toml constraints.txt ./
# the project has no code to install; the README that it names would only wear out this layer
RUN touch README.md \
  && pip --python /venv install --no-cache-dir --disable-pip-version-check \
    --constraint constraints.txt '.[service,triton,heif,video]'

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="number-plate-api" \
  org.opencontainers.image.description="Finds vehicle number plates in photographs, reads them and keeps what was seen." \
  org.opencontainers.image.version="0.1.0" \
  org.opencontainers.image.licenses="AGPL-3.0-or-later"
ENV PATH=/venv/bin:$PATH \
  PYTHONUNBUFFERED=1 \
  PYTHONDONTWRITEBYTECODE=1 \
  NUMBER_PLATE_DATA_DIR=/data
# a volume on /data takes over this owner
RUN groupadd --system --gid 10001 number-plate \
  && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent number-plate \
  && install --directory --owner=10001 --group=10001 --mode=0750 /data
WORKDIR /app
COPY --from=dependencies /venv /venv
# from what changes seldom to what changes often: packages, weights, code
COPY exports/detector exports/detector
COPY exports/ocr exports/ocr
COPY src/__init__.py src/__init__.py
COPY src/core src/core
COPY src/data/__init__.py src/data/__init__.py
COPY src/data/annotations src/data/annotations
COPY src/runtime src/runtime
COPY src/video src/video
COPY src/service src/service
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-m", "src.service.probe", "http://127.0.0.1:8000/health"]
# of the container; who reaches it is up to the ports that are published
CMD ["python", "-m", "src.service", "--host", "0.0.0.0", "--port", "8000", "--allow-open"]
