const assert = require('node:assert');
const test = require('node:test');
const { preview } = require('../dist/render.js');

test('counts words, not punctuation', () => {
  assert.equal(preview('one - two').words, 2);
});
