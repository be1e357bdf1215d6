# The program with DuckDB's library: docker build -t segc . && docker run --rm -v "$PWD:/project" segc check
FROM rust:1.89-bookworm AS build
WORKDIR /source
COPY . .
RUN tools/package.sh archive --out /package \
    && mkdir /segc \
    && tar -xzf /package/*.tar.gz --strip-components=1 -C /segc

FROM debian:bookworm-slim
COPY --from=build /segc /opt/segc
# The image isn't finished unless the program and its library work in it.
RUN ln -s /opt/segc/bin/segc /usr/local/bin/segc \
    && segc init /tmp/shop \
    && segc -C /tmp/shop run --as-of 2026-11-01T00:00:00Z \
    && rm -r /tmp/shop \
    && useradd --uid 1000 --create-home segc
USER 1000
WORKDIR /project
ENTRYPOINT ["segc"]
