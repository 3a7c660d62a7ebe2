import app


def test_a_note_needs_an_author(tmp_path, monkeypatch):
    monkeypatch.setattr(app, "DATABASE", tmp_path / "notes.db")
    answer = app.app.test_client().post("/notes", json={"body": "hello"})
    assert answer.status_code == 400
