# The page. Build from the repository root: docker build --file docker/page.Dockerfile .

FROM python:3.11-slim-bookworm AS dependencies
# the base's own pip installs into it, so that the environment which is copied on has none
RUN python -m venv --without-pip /venv
WORKDIR /build
COPY pyproject.toml constraints.txt ./
# its extras alone: the page reads no plates, and needs neither onnxruntime nor OpenCV
RUN python -c "import tomllib; extras = tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']; \
    print(*extras['page'], *extras['heif'], sep='\n')" > page.txt \
  && pip --python /venv install --no-cache-dir --disable-pip-version-check \
    --constraint constraints.txt --requirement page.txt

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="number-plate-page" \
  org.opencontainers.image.description="The page of the number plate service: pictures in, plates out, and a search." \
  org.opencontainers.image.version="0.1.0" \
  org.opencontainers.image.licenses="AGPL-3.0-or-later"
# Streamlit keeps its state in the home folder
ENV PATH=/venv/bin:$PATH \
  PYTHONUNBUFFERED=1 \
  PYTHONDONTWRITEBYTECODE=1 \
  HOME=/tmp
RUN groupadd --system --gid 10001 number-plate \
  && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent number-plate
WORKDIR /app
COPY --from=dependencies /venv /venv
COPY src/__init__.py src/__init__.py
COPY src/core src/core
COPY src/service/__init__.py src/service/__init__.py
COPY src/service/api/__init__.py src/service/api/__init__.py
COPY src/service/api/access.py src/service/api/access.py
COPY src/service/api/delivery_examples.py src/service/api/delivery_examples.py
COPY src/service/api/delivery_responses.py src/service/api/delivery_responses.py
COPY src/service/api/examples.py src/service/api/examples.py
COPY src/service/api/registry_examples.py src/service/api/registry_examples.py
COPY src/service/api/registry_responses.py src/service/api/registry_responses.py
COPY src/service/api/registry_values.py src/service/api/registry_values.py
COPY src/service/api/responses.py src/service/api/responses.py
COPY src/service/api/visit_responses.py src/service/api/visit_responses.py
COPY src/service/query.py src/service/query.py
COPY src/service/scopes.py src/service/scopes.py
COPY src/service/text.py src/service/text.py
COPY src/service/times.py src/service/times.py
COPY src/service/wrong.py src/service/wrong.py
COPY src/service/visit_query.py src/service/visit_query.py
COPY src/service/delivery/__init__.py src/service/delivery/__init__.py
COPY src/service/delivery/events.py src/service/delivery/events.py
COPY src/service/launch/__init__.py src/service/launch/__init__.py
COPY src/service/launch/ports.py src/service/launch/ports.py
COPY src/service/probe.py src/service/probe.py
COPY src/service/page src/service/page
USER 10001:10001
EXPOSE 8501
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-m", "src.service.probe", "http://127.0.0.1:8501/_stcore/health"]
CMD ["python", "-m", "src.service.page", "--host", "0.0.0.0", "--port", "8501"]
