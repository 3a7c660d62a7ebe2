const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** An address label of 62 by 29 mm as SVG, one line of text per entry. */
exports.label = (lines) => {
  const text = lines.map(
    (line, i) => `<text x="3" y="${6 + i * 5}" font-size="4">${line.replace(/[&<>"]/g, (c) => escapes[c])}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 62 29">${text.join('')}</svg>`;
};
