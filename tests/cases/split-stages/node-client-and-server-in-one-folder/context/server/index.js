const express = require("express");
express().use(express.static("../client/build")).listen(3000);
