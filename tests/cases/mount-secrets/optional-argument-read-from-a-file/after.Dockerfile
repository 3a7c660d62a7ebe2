FROM golang:1.25
RUN --mount=type=secret,id=github_token \
      export GITHUB_TOKEN="$(cat /run/secrets/github_token 2>/dev/null)" && \
      if [ -n "$GITHUB_TOKEN" ]; then \
      curl -H "Authorization: token $GITHUB_TOKEN" -o /x https://api.github.com/x; \
    fi
