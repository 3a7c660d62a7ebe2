"""Checks PostgreSQL connection strings with libpq's own parser, without connecting."""

import psycopg2
from fastapi import FastAPI, HTTPException
from psycopg2.extensions import make_dsn, parse_dsn
from pydantic import BaseModel

app = FastAPI(title="DSN check")


class Candidate(BaseModel):
    dsn: str


@app.get("/health")
def health() -> dict[str, bool]:
    return {"libpq": psycopg2.__libpq_version__ >= 90000}


@app.post("/check")
def check(candidate: Candidate) -> dict[str, str]:
    try:
        parts = parse_dsn(candidate.dsn)
    except psycopg2.ProgrammingError as error:
        raise HTTPException(422, str(error).strip()) from error
    parts.pop("password", None)
    return {"dsn": make_dsn(**parts), **parts}
