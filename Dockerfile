# Build the wheel in one stage, run it in another: no compiler, no sources, no pip cache in what is shipped.
# The release says which digest the tag has: docker build --build-arg PYTHON=python:3.13-slim@sha256:...
ARG PYTHON=python:3.13-slim
FROM ${PYTHON} AS build
WORKDIR /src
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
# What is needed changes less often than what is built. Nothing is installed that is not one of the files that were locked.
COPY locks locks
RUN python -m venv /opt/build && /opt/build/bin/pip install --require-hashes -r locks/build.txt \
 && python -m venv /opt/doublebook && /opt/doublebook/bin/pip install --require-hashes -r locks/kit.txt
COPY . .
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheel . \
 && /opt/doublebook/bin/pip install --no-deps --no-index /wheel/*.whl

FROM ${PYTHON}
LABEL org.opencontainers.image.title="doublebook" \
      org.opencontainers.image.description="Stateful sandboxes and contract tests for booking APIs" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/doublebook /opt/doublebook
RUN useradd --system --uid 10001 --create-home sandbox \
 && install -d -o sandbox -g sandbox /data
# The base image leaves out the byte code of the standard library: without it every start takes longer.
RUN python -m compileall -q -x '/(site-packages|test|idlelib|lib2to3)/' "$(python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')"
ENV PATH="/opt/doublebook/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    MOCKSERVER_HOST=0.0.0.0 \
    MOCKSERVER_PORT=8080 \
    MOCKSERVER_READY_FILE=/dev/shm/doublebook.json
USER sandbox
# For a durable sandbox: `-v bookings:/data` and `--store sqlite:////data/sandbox.sqlite`.
VOLUME /data
WORKDIR /data
EXPOSE 8080
# The file says at which port, whoever chose it; it can be written in a container that is read-only, too.
HEALTHCHECK --interval=10s --timeout=2s --start-period=5s --retries=3 \
  CMD ["python", "-c", "import json, os, urllib.request; urllib.request.urlopen(json.load(open(os.environ['MOCKSERVER_READY_FILE']))['url'] + '/_sandbox/health', timeout=2)"]
ENTRYPOINT ["mockserver"]
CMD ["serve"]
