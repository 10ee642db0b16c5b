// Python for live.js: boots Pyodide, then runs the cells that it is given.
let python, run;

const note = (text) => postMessage({ kind: "note", text });

async function fetched(url) {
  const response = await fetch(url, { cache: "no-cache" });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.arrayBuffer();
}

async function boot({ pyodide, book }) {
  const host = new URL(pyodide).host;
  note(`Loading Python and NumPy from ${host}: up to 17 MB, once …`);
  const archive = fetched(book);
  const { loadPyodide } = await import(pyodide + "pyodide.mjs");
  python = await loadPyodide({ indexURL: pyodide, packages: ["numpy"] });
  note("Loading minijax …");
  python.unpackArchive(await archive, "zip");
  run = python.pyimport("runner").run;
}

async function runCell({ number, code }) {
  const loading = { messageCallback: (text) => note(`${text} …`) };
  await python.loadPackagesFromImports(code, loading);
  postMessage({ kind: "start" });
  return run(number, code, (mime, text) => {
    postMessage({ kind: "out", mime, text });
  });
}

function reason(error, loading) {
  if (loading) return `Python could not be loaded: ${error.message}`;
  return (error instanceof RangeError
    ? "RecursionError: the browser's stack is full."
    : `Python failed: ${error.message}.`) +
    " It starts afresh at the next Run.";
}

const fail = (error) => postMessage({ kind: "failed",
                                      text: reason(error, !run) });

onmessage = async ({ data }) => {
  try {
    const ok = data.boot ? await boot(data.boot) : await runCell(data);
    postMessage({ kind: "done", ok });
  } catch (error) {
    fail(error);
  }
};

// Pyodide waits for ever for a file of its own that does not come.
onunhandledrejection = ({ reason: error }) => fail(error);
