require('dotenv').config();

const fs = require('fs');
const path = require('path');
const express = require('express');
const multer = require('multer');

const uploads = path.join(__dirname, 'uploads');
const limit = Number(process.env.MAX_UPLOAD_KB || 1024) * 1024;
const upload = multer({ dest: uploads, limits: { fileSize: limit } });

const app = express();
const pictures = new Map();

app.get('/health', (req, res) => res.type('text').send('ok'));

app.get('/', (req, res) => {
  const title = process.env.TITLE || 'Pictures';
  const names = [...pictures.values()].map((picture) => picture.originalname);
  res.type('text').send(`${title}: ${names.length} uploaded\n${names.join('\n')}\n`);
});

app.post('/pictures', upload.single('picture'), (req, res) => {
  if (!req.file) return res.status(400).json({ error: 'a file named "picture" is needed' });
  const id = pictures.size + 1;
  pictures.set(id, req.file);
  return res.status(201).json({ id, name: req.file.originalname, bytes: req.file.size });
});

app.get('/pictures/:id', (req, res) => {
  const picture = pictures.get(Number(req.params.id));
  if (!picture) return res.status(404).json({ error: 'no such picture' });
  res.type(picture.mimetype);
  return fs.createReadStream(picture.path).pipe(res);
});

app.use((error, req, res, next) => {
  if (error instanceof multer.MulterError) return res.status(413).json({ error: error.message });
  return next(error);
});

const server = app.listen(process.env.PORT || 3000, '0.0.0.0');
process.on('SIGTERM', () => server.close(() => process.exit(0)));
