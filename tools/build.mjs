// Bundles assets/ into built/: scripts, styles, font, icons, each under a name with its hash, and manifest.json
// (plain name → hashed name) by which pages find them. Needs node_modules; run by the launcher.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const FIRST_LOAD = 60_000; // bytes of script, gzipped, that the first page may carry
const target = ["chrome111", "safari16.4", "firefox115"];
const wanted = process.argv[2] || "built";
const out = `${wanted}.new`;
const manifest = {};

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

async function bundle(name, entry, options) {
  const { metafile } = await build({
    entryPoints: { [name]: entry }, outdir: out, bundle: true, minify: true, metafile: true, legalComments: "none",
    entryNames: "[name]-[hash]", chunkNames: "[name]-[hash]", assetNames: "[name]-[hash]", target, logLevel: "warning",
    ...options,
  });
  for (const [file, facts] of Object.entries(metafile.outputs)) {
    if (facts.entryPoint === entry) manifest[name + extname(file)] = basename(file);
    else manifest[basename(file)] = basename(file);
  }
}

await bundle("app", "assets/js/app.js", { format: "esm", splitting: true });
await bundle("theme", "assets/js/theme.js", { format: "iife" });
await bundle("app", "assets/css/app.css", { loader: { ".woff2": "file" } });
for (const name of readdirSync("assets/img")) {
  const kind = extname(name);
  const hash = createHash("sha256").update(readFileSync(join("assets/img", name))).digest("hex").slice(0, 8).toUpperCase();
  manifest[name] = `${basename(name, kind)}-${hash}${kind}`;
  copyFileSync(join("assets/img", name), join(out, manifest[name]));
}
writeFileSync(join(out, "manifest.json"), JSON.stringify(manifest, null, 1) + "\n");

const size = gzipSync(readFileSync(join(out, manifest["app.js"]))).length;
if (size > FIRST_LOAD) throw new Error(`app.js is ${size} bytes gzipped; the first load may carry ${FIRST_LOAD}`);
rmSync(wanted, { recursive: true, force: true });
renameSync(out, wanted);
