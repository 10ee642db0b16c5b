// Live cells: the code on a page can be run, edited, stopped and reset.
//
// Python is Pyodide, in a worker (worker.js, runner.py). Nothing is loaded
// before the first Run, and until then a cell shows its stored output.
(() => {
  "use strict";
  const script = document.currentScript;
  const here = new URL(".", script.src);
  const places = {
    pyodide: new URL(script.dataset.pyodide, here).href,
    book: new URL("book.zip", here).href,
  };

  function make(tag, className, parts = []) {
    const element = document.createElement(tag);
    element.className = className;
    element.append(...parts);
    return element;
  }

  // One Python: the chapter has one, and its exercises another, as if they
  // were two notebooks.
  class Python {
    cells = [];
    turn = Promise.resolve();          // one cell at a time

    ask(message, hear) {
      this.worker ??= new Worker(new URL("worker.js", here),
                                 { type: "module" });
      return new Promise((resolve, reject) => {
        this.giveUp = reject;
        this.worker.onerror = (event) => reject(
          new Error(event.message || "worker.js could not be loaded"));
        this.worker.onmessage = ({ data }) => {
          if (data.kind === "done") resolve(data.ok);
          else if (data.kind === "failed") reject(new Error(data.text));
          else hear(data);
        };
        this.worker.postMessage(message);
      });
    }

    async run(cell, hear) {
      try {
        if (!this.ready) await this.ask({ boot: places }, hear);
        this.ready = true;
        const { number, wholeCode: code } = cell;
        return await this.ask({ number, code }, hear);
      } catch (error) {
        this.end();                    // a Python that failed is of no use
        throw error;
      }
    }

    // Those above a cell that have not run, or were edited since.
    before(cell) {
      const above = this.cells.slice(0, this.cells.indexOf(cell));
      const stale = above.filter((c) => !c.hidden && c.ran !== c.code);
      const needed = [...stale, cell].map((c) => c.wholeCode).join("\n");
      return above.filter((c) => c.hidden
        ? c.ran === undefined && c.defines.test(needed)
        : c.ran !== c.code);
    }

    request(cell) {
      if (cell.waiting) return;
      cell.wait(true);
      this.turn = this.turn.then(() => cell.waiting && this.upTo(cell))
                           .then(() => cell.wait(false));
    }

    async upTo(cell) {
      try {
        for (const earlier of this.before(cell)) {
          cell.say(`Running cell ${earlier.number} first …`);
          const ok = await earlier.execute((text) => cell.say(text));
          if (!ok && earlier.edited) {
            cell.say(`Not run: cell ${earlier.number} above failed.`);
            return;
          }
        }
        cell.say("Running …");
        const start = performance.now();
        const ok = await cell.execute((text) => cell.say(text));
        const seconds = ((performance.now() - start) / 1000).toFixed(1);
        if (ok) cell.say(`Ran in ${seconds} s.`);
      } catch (error) {
        cell.say(error.message);
      }
    }

    stop() {
      for (const cell of this.cells) cell.wait(false);
      this.giveUp?.(new Error("Stopped. What the cells had defined is " +
        "forgotten: at the next Run they run again from the top."));
    }

    end() {
      this.worker?.terminate();
      this.worker = this.giveUp = undefined;
      this.ready = false;
      for (const cell of this.cells) cell.ran = undefined;
    }
  }

  class Cell {
    constructor(python, number, code) {
      Object.assign(this, { python, number, code, ran: undefined });
      python.cells.push(this);
    }

    get wholeCode() { return this.code; }
    get edited() { return false; }
    say() {}
    wait(waiting) { this.waiting = waiting; }

    async execute(tell) {
      const { code } = this;
      const ok = await this.python.run(this, (message) => {
        if (message.kind === "note") tell(message.text);
        else if (message.kind === "start") this.clear();
        else this.show(message.mime, message.text);
      });
      this.ran = code;
      this.say(ok ? "" : "Ended with an error.");
      return ok;
    }
  }

  // Cells that the page does not show: they set up the figures, which takes
  // seconds, and are run when somebody needs what they define.
  class HiddenCell extends Cell {
    hidden = true;

    constructor(python, number, element) {
      super(python, number, element.textContent);
      this.defines = new RegExp(`\\b(?:${element.dataset.defines})\\b`);
    }

    clear() {}
    show() {}
  }

  class ShownCell extends Cell {
    constructor(python, number, div) {
      const pre = div.querySelector(".cell_input pre");
      super(python, number, pre.textContent.trimEnd());
      this.div = div;
      this.original = this.code;
      this.listing = pre.closest("div.highlight");
      this.stored = this.output = div.querySelector(":scope > .cell_output");
      const check = div.querySelector(":scope > .live-check");
      this.check = check?.textContent;
      this.name = check ? `exercise ${check.dataset.number}`
                        : `cell ${number}`;
      this.addBar();
    }

    get edited() { return !this.check && this.code !== this.original; }

    get wholeCode() {
      return this.check ? `${this.code}\n\n${this.check}` : this.code;
    }

    addBar() {
      const run = () => this.python.request(this);
      this.runButton = this.button("run", this.check ? "Check" : "Run", run);
      this.editButton = this.button("edit", "Edit", () => this.edit());
      this.stopButton = this.button("stop", "Stop", () => this.python.stop());
      this.resetButton = this.button("reset", "Reset", () => this.reset());
      this.stopButton.hidden = this.resetButton.hidden = true;
      this.status = make("span", "live-status");
      this.status.setAttribute("role", "status");
      const bar = make("div", "live-bar", [
        this.runButton, this.stopButton, this.editButton, this.resetButton,
        this.status]);
      bar.setAttribute("role", "group");
      bar.setAttribute("aria-label", this.name);
      const input = this.div.querySelector(":scope > details, " +
                                           ":scope > .cell_input");
      input.after(bar);
    }

    button(kind, label, act) {
      const button = make("button", `live-${kind}`, [label]);
      button.type = "button";
      button.setAttribute("aria-label", `${label} ${this.name}`);
      button.addEventListener("click", act);
      return button;
    }

    say(text) { this.status.textContent = text; }

    wait(waiting) {
      super.wait(waiting);
      this.div.classList.toggle("live-waiting", waiting);
      this.runButton.setAttribute("aria-disabled", waiting);
      if (!waiting && document.activeElement === this.stopButton) {
        this.runButton.focus();
      }
      this.stopButton.hidden = !waiting;
    }

    // Editing.

    edit() {
      this.editor ??= this.addEditor();
      this.listing.hidden = true;
      this.editor.hidden = this.resetButton.hidden = false;
      const details = this.editor.closest("details");
      if (details) details.open = true;
      this.editor.focus();
      this.say("Shift+Enter runs the cell, Escape leaves it.");
    }

    addEditor() {
      const editor = make("textarea", "live-editor");
      editor.value = this.code;
      editor.spellcheck = false;
      editor.autocapitalize = "off";
      editor.setAttribute("aria-label", `Code of ${this.name}`);
      const fit = () => {
        this.code = editor.value.trimEnd();
        editor.rows = editor.value.split("\n").length;
      };
      editor.addEventListener("input", fit);
      editor.addEventListener("keydown", (event) => this.key(event));
      fit();
      this.listing.after(editor);
      return editor;
    }

    // Tab goes on to the buttons, as everywhere; Enter keeps the indentation.
    key(event) {
      if (event.key === "Escape") {
        this.runButton.focus();
      } else if (event.key === "Enter" && (event.shiftKey || event.ctrlKey)) {
        event.preventDefault();
        this.python.request(this);
      } else if (event.key === "Enter" && !event.isComposing) {
        event.preventDefault();
        const { value, selectionStart } = this.editor;
        const line = value.slice(0, selectionStart).split("\n").pop();
        const deeper = /:\s*$/.test(line) ? "    " : "";
        const indent = line.match(/^\s*/)[0] + deeper;
        document.execCommand("insertText", false, "\n" + indent);
      }
    }

    reset() {
      this.code = this.original;
      this.editor?.remove();
      this.editor = undefined;
      this.listing.hidden = false;
      this.output?.remove();
      if (this.stored) this.div.append(this.stored);
      this.output = this.stored;
      this.resetButton.hidden = true;
      this.runButton.focus();
      this.say("As it was printed.");
    }

    // Output, in the form that the page gives to stored output.

    clear() {
      this.output?.remove();
      this.output = undefined;
      this.resetButton.hidden = false;
    }

    show(mime, text) {
      if (!this.output) {
        this.output = make("div", "cell_output docutils container live");
        this.div.append(this.output);
      }
      const last = this.output.lastElementChild;
      if (mime === "text/html") {
        const html = make("div", "output text_html");
        html.innerHTML = text;
        this.output.append(html);
      } else if (mime === "image/svg+xml") {
        const image = make("img", "");
        image.src = "data:image/svg+xml," + encodeURIComponent(text);
        const stored = !this.edited && this.stored?.querySelector("img");
        image.alt = stored ? stored.alt : `Figure drawn by ${this.name}`;
        this.output.append(image);
      } else if (mime === "stdout" && last?.dataset.mime === mime) {
        last.querySelector("pre").append(text);
      } else {
        const block = make("div", `output ${KINDS[mime]} notranslate`, [
          make("div", "highlight", [make("pre", "", [text])])]);
        block.dataset.mime = mime;
        this.output.append(block);
      }
    }
  }

  const KINDS = {
    "stdout": "stream highlight-myst-ansi",
    "stderr": "stderr highlight-myst-ansi",
    "text/plain": "text_plain highlight-myst-ansi",
    "error": "traceback highlight-ipythontb",
  };

  function arm(div, pythons) {
    const python = div.classList.contains("live-exercise")
      ? pythons.exercises : pythons.chapter;
    const number = python.count = (python.count ?? 0) + 1;
    const hidden = div.querySelector(":scope > .live-hidden");
    const note = div.querySelector(":scope > .live-never");
    if (hidden) new HiddenCell(python, number, hidden);
    else if (note) note.hidden = false;
    else if (div.querySelector(".cell_input pre")) {
      new ShownCell(python, number, div);
    }
  }

  const cells = document.querySelectorAll("div.cell");
  if (location.protocol === "file:") {
    cells[0].before(make("p", "live-note", [
      "To run the code of this page in the page, serve the book: ",
      make("code", "", ["make serve"]), "."]));
  } else {
    const pythons = { chapter: new Python(), exercises: new Python() };
    for (const div of cells) arm(div, pythons);
  }
})();
