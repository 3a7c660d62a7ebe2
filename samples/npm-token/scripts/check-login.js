// Stops an install early when .npmrc has no working token for our registry, instead of
// leaving it to a 404 a minute later. The registry publishes the digests of tokens in use.
const { createHash } = require('crypto');
const fs = require('fs');
const os = require('os');
const path = require('path');

const REGISTRY = '//npm.acme.example/:_authToken=';
const IN_USE = ['d3ca170c2f66564ec2b28f4c784786688118a7463415a386a3d6f69bb09d09f4'];

const files = [
  path.join(process.env.INIT_CWD || process.cwd(), '.npmrc'),
  process.env.npm_config_userconfig || path.join(os.homedir(), '.npmrc'),
];

const tokens = files
  .filter((file) => fs.existsSync(file))
  .flatMap((file) => fs.readFileSync(file, 'utf8').split(/\r?\n/))
  .filter((line) => line.startsWith(REGISTRY))
  .map((line) => line.slice(REGISTRY.length).trim())
  .map((token) => token.replace(/\$\{(\w+)\}/g, (_, name) => process.env[name] || ''));

const digest = (token) => createHash('sha256').update(token).digest('hex');

if (!tokens.some((token) => IN_USE.includes(digest(token)))) {
  console.error('npm.acme.example: not logged in, or the token is no longer in use');
  process.exit(1);
}
