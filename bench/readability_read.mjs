// SPDX-License-Identifier: Apache-2.0
// The peer of read_pages: Mozilla's readability.js over jsdom reads the pages of a set. Writes OUT/ID.json with the keys
// that are scored, and prints one JSON line with its time. usage: node readability_read.mjs SET OUT
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";

const require = createRequire(process.cwd() + "/");
const { JSDOM, VirtualConsole } = require("jsdom");
const { Readability } = require("@mozilla/readability");

const [pages, out] = process.argv.slice(2);
const truth = JSON.parse(readFileSync(`${pages}/truth.json`, "utf8").replace(/\bNaN\b/g, "null"));
let took = 0n;
let size = 0;
for (const page of truth) {
  const bytes = readFileSync(`${pages}/html/${page.id}.html`);
  size += bytes.length;
  const start = process.hrtime.bigint();
  let got = null;
  try {
    const dom = new JSDOM(bytes, { url: page.url || "http://news.example/", virtualConsole: new VirtualConsole() });
    got = new Readability(dom.window.document).parse();
    dom.window.close();
  } catch { /* read as empty */ }
  took += process.hrtime.bigint() - start;
  writeFileSync(`${out}/${page.id}.json`, JSON.stringify({
    title: got?.title, text: got?.textContent, published: got?.publishedTime, authors: got?.byline ? [got.byline] : [] }));
}
const seconds = Number(took) / 1e9;
console.log(JSON.stringify({ name: "readability.js", pages: truth.length, bytes: size, median_ns: Number(took),
  pages_per_s: +(truth.length / seconds).toFixed(1), mb_per_s: +(size / seconds / 1e6).toFixed(2),
  peak_rss_kb: process.resourceUsage().maxRSS }));
