import express from "express";
import path from "node:path";

const app = express();
app.use(express.static(path.join(__dirname, "..", "pages")));
app.listen(3000);
import { execFile } from "node:child_process";
execFile("git", ["--version"]);
