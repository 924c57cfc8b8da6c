FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/heed
ENV PATH=/opt/heed/bin:$PATH
WORKDIR /src
# The dependencies are a layer of their own: a change of code does not install them again.
COPY requirements.lock ./
RUN pip install -r requirements.lock
COPY . .
RUN pip install --no-deps .

FROM python:3.11-slim
# A named volume takes the owner of the folder that it covers.
RUN useradd --system --uid 10001 --home-dir /var/lib/heed --create-home heed
COPY --from=build /opt/heed /opt/heed
ENV PATH=/opt/heed/bin:$PATH PYTHONUNBUFFERED=1
USER heed
WORKDIR /var/lib/heed
EXPOSE 6066
ENTRYPOINT ["heed"]
