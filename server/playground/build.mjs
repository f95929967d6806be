// Bundles the playground into dist/: index.html, and under assets/ files named by their content, so that
// a browser may keep them for ever. Everything is written to a new folder that takes dist's place at the end:
// a build that fails or is stopped leaves the old page as it was.
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

process.chdir(dirname(fileURLToPath(import.meta.url)))

const ASSETS = '/playground/assets'
const FRESH = `node_modules/.playground-${process.pid}`

const settings = {
  bundle: true,
  minify: true,
  target: 'es2022',
  define: { 'process.env.NODE_ENV': '"production"' },
  outdir: `${FRESH}/assets`,
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  metafile: true,
  logLevel: 'warning',
}

/** Bundles the entries and answers where each is served: {entry: address}. */
async function bundle(entries, more) {
  const { metafile } = await build({ ...settings, ...more, entryPoints: entries })
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

await mkdir(`${FRESH}/assets`, { recursive: true })
try {
  const workers = await bundle(Object.values(WORKERS), { format: 'iife' })
  const addresses = Object.fromEntries(Object.entries(WORKERS).map(([label, file]) => [label, workers[file]]))
  // GraphiQL's own style sheet holds the editor's too, so what the scripts import of it is left out.
  const scripts = await bundle([PAGE], {
    format: 'esm',
    splitting: true,
    jsx: 'automatic',
    loader: { '.css': 'empty' },
    // GraphiQL loads these two by names that lead to CommonJS, of which a split bundle exports no `parsers`.
    alias: {
      'prettier/parser-babel': 'prettier/plugins/babel',
      'prettier/parser-graphql': 'prettier/plugins/graphql',
    },
    define: { ...settings.define, WORKER_ADDRESSES: JSON.stringify(addresses) },
  })
  const styles = await bundle([STYLE], {})
  const html = await readFile('src/index.html', 'utf8')
  await writeFile(`${FRESH}/index.html`, html.replace('{style}', styles[STYLE]).replace('{script}', scripts[PAGE]))
  await rm('dist', { recursive: true, force: true })
  await rename(FRESH, 'dist')
} finally {
  await rm(FRESH, { recursive: true, force: true })
}
