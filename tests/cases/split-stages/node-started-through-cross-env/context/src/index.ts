import express from 'express'
import fs from 'fs'
const app = express()
app.set('view engine', 'ejs')
app.get('/', (q, r) => r.render('home', { mode: process.env.MODE }))
app.post('/note', (q, r) => { fs.writeFileSync('./state.json', '{}'); r.send('ok') })
app.listen(18431, '127.0.0.1', () => console.log('up'))
