"""Proof by building and running: a Dockerfile before hardening and after it, compared.

    with session(engine_name) as found:                               # hardener.verify.session
        recipe = recipe_for(dockerfile, root)                         # hardener.verify.recipe
        outcome = verify_file(found, recipe, hardening, Options())    # hardener.verify.proof

`hardening` is a Hardening (hardener.verify.hardening) and Options stands in hardener.verify.bench.
`outcome.verdict` is a Verdict (hardener.verify.difference); `table`, `as_json` and `as_markdown`
(hardener.verify.report) tell the outcomes. This is the one part of hardener that executes what a
Dockerfile says. Nothing is imported here: the commands that don't verify don't pay for it.
"""
