console.log(require("@acme/label")("Acme"));
