const { join } = require("node:path");

module.exports = {
  context: __dirname,
  mode: "production",
  entry: "./main.js",
  output: { path: join(__dirname, "dist") },
  performance: { hints: false },
};
