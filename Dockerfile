# The image holds the program, the certificates of public authorities, and nothing else.
#   docker build -t callflow .
#   docker run --rm -v "$PWD:/work" callflow run scenarios
ARG GOIMAGE=golang:1.26
FROM ${GOIMAGE} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=devel
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X callflow/internal/cli.version=${VERSION}" -o /out/callflow . \
 && mkdir -p /out/work /out/tmp

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/callflow /usr/local/bin/callflow
COPY --from=build --chown=65532:65532 /out/work /work
COPY --from=build --chown=65532:65532 /out/tmp /tmp
ENV HOME=/tmp
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["/usr/local/bin/callflow"]
CMD ["run"]
