import express from 'express'
const app = express()
import glob from 'glob'
glob.sync('./src/models/**/*.js')
