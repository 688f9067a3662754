# The page, the service and all commands, on the CPU: docs/containers.md. BASE may be any image with python3 and its venv.
ARG BASE=docker.io/library/python:3.13-slim

FROM ${BASE} AS build
ARG VERSION=0.0
COPY . /src
WORKDIR /src
RUN python3 -c 'import tomllib; extras = tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]; print(*extras["serve"], *extras["layers"], *extras["jpeg"], sep="\n")' > /tmp/extras.txt \
 && python3 -m venv /opt/segmask \
 && /opt/segmask/bin/pip install --no-cache-dir -r slim.txt -r /tmp/extras.txt \
 && SETUPTOOLS_SCM_PRETEND_VERSION=${VERSION} /opt/segmask/bin/pip install --no-cache-dir --no-deps .

FROM ${BASE}
COPY --from=build /opt/segmask /opt/segmask
ENV PATH=/opt/segmask/bin:$PATH \
    SEGMASK_HOME=/models \
    PYTHONDONTWRITEBYTECODE=1
RUN mkdir /models /work && chown 10001:10001 /models /work
USER 10001:10001
WORKDIR /work
EXPOSE 8765
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python3", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8765/healthz', timeout=4)"]
ENTRYPOINT ["segmask"]
CMD ["serve", "--host", "0.0.0.0"]
