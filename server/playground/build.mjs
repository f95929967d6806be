// Bundles the playground into dist/: index.html, and under assets/ files whose names contain a hash of their content, so
// that browsers may cache them indefinitely. The build writes to a temporary directory and replaces dist/ at the end, so
// that a build that fails or is interrupted leaves the old page intact.
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

process.chdir(dirname(fileURLToPath(import.meta.url)))

const ASSETS = '/playground/assets'
const TEMPORARY_DIR = `node_modules/.playground-${process.pid}`

const settings = {
  bundle: true,
  minify: true,
  target: 'es2022',
  define: { 'process.env.NODE_ENV': '"production"' },
  outdir: `${TEMPORARY_DIR}/assets`,
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  metafile: true,
  logLevel: 'warning',
}

/** Bundles the entry points and returns the URL of each: {entry point: URL}. */
async function bundle(entries, options) {
  const { metafile } = await build({ ...settings, ...options, entryPoints: entries })
  return Object.fromEntries(
    Object.entries(metafile.outputs)
      .filter(([, output]) => output.entryPoint)
      .map(([file, output]) => [output.entryPoint, `${ASSETS}/${basename(file)}`]),
  )
}

const WORKERS = {
  editor: 'node_modules/monaco-editor/esm/vs/editor/editor.worker.js',
  graphql: 'node_modules/monaco-graphql/esm/graphql.worker.js',
  json: 'node_modules/monaco-editor/esm/vs/language/json/json.worker.js',
}
const PAGE = 'src/main.jsx'
const STYLE = 'src/style.css'

await mkdir(`${TEMPORARY_DIR}/assets`, { recursive: true })
try {
  const workers = await bundle(Object.values(WORKERS), { format: 'iife' })
  const addresses = Object.fromEntries(Object.entries(WORKERS).map(([label, file]) => [label, workers[file]]))
  // GraphiQL's style sheet contains the editor's, so the style sheets that the scripts import are left out.
  const scripts = await bundle([PAGE], {
    format: 'esm',
    splitting: true,
    jsx: 'automatic',
    loader: { '.css': 'empty' },
    // GraphiQL imports these two by names that resolve to CommonJS, from which a split bundle exports no `parsers`.
    alias: {
      'prettier/parser-babel': 'prettier/plugins/babel',
      'prettier/parser-graphql': 'prettier/plugins/graphql',
    },
    define: { ...settings.define, WORKER_ADDRESSES: JSON.stringify(addresses) },
  })
  const styles = await bundle([STYLE], {})
  const html = await readFile('src/index.html', 'utf8')
  await writeFile(`${TEMPORARY_DIR}/index.html`, html.replace('{style}', styles[STYLE]).replace('{script}', scripts[PAGE]))
  await rm('dist', { recursive: true, force: true })
  await rename(TEMPORARY_DIR, 'dist')
} finally {
  await rm(TEMPORARY_DIR, { recursive: true, force: true })
}
