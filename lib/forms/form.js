// The client's form, drawn with native controls: every one has a name, is reached by keyboard and keeps its focus.
const el = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  node.append(...children);
  return node;
};
let forms = 0;

function render({ model, el: place }) {
  const prefix = `form${++forms}`;
  const send = (message) => model.send(message);
  const fields = model.get("fields");
  const drawn = {};
  const root = el("div", { class: "client-form" });
  // JupyterLab takes Enter and the arrows for its own shortcuts before any control sees them.
  const ours = (event) => { if (root.contains(event.target)) event.stopPropagation(); };
  window.addEventListener("keydown", ours, true);

  const lists = (field, id) =>
    field.suggestions.length
      ? [el("datalist", { id: `${id}-list` }, ...field.suggestions.map((value) => el("option", { value })))]
      : [];

  function row(field) {
    const id = `${prefix}-${field.path.replace(".", "-")}`;
    const note = el("span", { class: "tag" });
    const help = el("p", { class: "help", id: `${id}-help` }, field.help, " ", note);
    const error = el("p", { class: "error", id: `${id}-error`, role: "alert" });
    const clear = el("button", { type: "button", class: "clear", "aria-label": `Clear ${field.label}`, title: "Clear",
      onclick: () => send(field.options && !field.keys?.length ? { path: field.path, choice: "" } : { path: field.path, text: "" }) }, "×");
    const described = `${id}-help ${id}-error`;
    let box, update;
    if (field.keys?.length) {
      const selects = field.keys.map(([key, words]) => [key, el("select", { "aria-label": `${field.label}: ${words}`,
        onchange: (event) => send({ path: field.path, key, choice: event.target.value }) },
        el("option", { value: "" }, "Not answered"), ...field.options.map(([value, word]) => el("option", { value }, word))), words]);
      box = el("fieldset", { "aria-describedby": described }, el("legend", {}, field.label),
        ...selects.map(([, select, words]) => el("label", { class: "pair" }, words, select)));
      update = (state) => selects.forEach(([key, select]) => (select.value = state.choices[key] ?? ""));
    } else if (field.options) {
      const name = `${id}-choice`;
      const options = [...field.options, ["", "Not answered"]];
      const inputs = options.map(([value, words]) => [value, words, el("input", { type: "radio", name, value,
        onchange: () => send({ path: field.path, choice: value }) })]);
      box = el("fieldset", { "aria-describedby": described }, el("legend", {}, field.label),
        ...inputs.map(([, words, input]) => el("label", { class: "option" }, input, words)));
      update = (state) => inputs.forEach(([value, , input]) => (input.checked = value === state.choice));
    } else {
      const many = field.kind === "list";
      const input = el(many ? "textarea" : "input", { id, type: many ? null : field.kind === "date" ? "date" : "text",
        rows: many ? 3 : null, placeholder: many ? "one on each line" : field.placeholder, autocomplete: "off",
        list: field.suggestions.length ? `${id}-list` : null, "aria-describedby": described,
        onchange: (event) => send({ path: field.path, text: event.target.value }) });
      const entry = el("div", { class: "entry" }, input, ...lists(field, id));
      let slider, at, range;
      if (field.steps) {
        range = el("button", { type: "button", class: "clear range", "aria-label": `${field.label} as a range`, title: "Low / likely / high",
          onclick: () => { send({ path: field.path, range: range.ariaPressed !== "true" }); input.focus(); } }, "±");
        // The first move goes at once; of those within one frame only the last.
        let waiting = false, again = false;
        const move = () => {
          send({ path: field.path, step: Number(slider.value) });
          waiting = true;
          requestAnimationFrame(() => { waiting = false; if (again) { again = false; move(); } });
        };
        slider = el("input", { onblur: () => { slider.value = at; }, type: "range", min: 0, max: field.steps.length - 1, "aria-label": `Move ${field.label}`,
          oninput: () => {
            slider.setAttribute("aria-valuetext", field.steps[slider.value]);
            if (!waiting) move();
            else again = true;
          } });
        entry.append(slider, range);
      }
      entry.append(clear);
      box = el("div", {}, el("label", { for: id }, field.label), entry);
      update = (state) => {
        if (input.value !== state.text) input.value = state.text;
        input.setAttribute("aria-invalid", Boolean(state.error));
        if (!slider) return;
        // While it has the focus the slider leads and the state follows: an answer that comes late never moves it back.
        at = state.step;
        if (document.activeElement !== slider) slider.value = at;
        slider.setAttribute("aria-valuetext", field.steps[slider.value]);
        slider.disabled = state.shows === "range";
        range.ariaPressed = String(state.shows === "range");
        range.disabled = !["range", "number"].includes(state.shows);
      };
    }
    const whole = el("div", { class: "decision-field", "data-path": field.path }, box, help, error);
    return { whole, update: (state) => {
      update(state);
      note.textContent = state.note;
      note.hidden = !state.note;
      error.textContent = state.error ? `⚠ ${state.error}` : "";
      error.hidden = !state.error;
      clear.style.visibility = (state.answered && !state.fixed) || state.error ? "visible" : "hidden";
      whole.classList.toggle("decision-answered", state.answered);
      whole.classList.toggle("decision-refused", Boolean(state.error));
    } };
  }

  const first = el("section", { "aria-label": "The facts that decide" }, el("h3", {}, "The facts that decide"));
  const asked = el("section", { "aria-label": "What to ask next" }, el("h3", {}, "What to ask next"));
  const folds = {};
  for (const field of fields) drawn[field.path] = row(field);
  fields.filter((field) => field.deciding).forEach((field) => first.append(drawn[field.path].whole));
  root.append(first, asked);
  for (const section of model.get("sections")) {
    const mine = fields.filter((field) => field.section === section.name && !field.deciding);
    if (!mine.length) continue;
    const id = `${prefix}-${section.name}`;
    const inside = el("div", { id, hidden: true }, el("p", { class: "help" }, section.help), ...mine.map((field) => drawn[field.path].whole));
    const words = el("span");
    const button = el("button", { type: "button", class: "fold", "aria-expanded": "false", "aria-controls": id,
      onclick: () => { inside.hidden = !inside.hidden; button.setAttribute("aria-expanded", String(!inside.hidden)); } }, words);
    folds[section.name] = { section, mine, inside, words };
    root.append(el("section", { class: "fold-section" }, button, inside));
  }

  let before = {};
  function show() {
    const rows = model.get("rows");
    for (const [path, state] of Object.entries(rows))
      if (JSON.stringify(state) !== JSON.stringify(before[path])) drawn[path].update(state);
    before = rows;
    for (const { section, mine, words } of Object.values(folds)) {
      const answered = mine.filter((field) => rows[field.path].answered).length;
      const refused = mine.filter((field) => rows[field.path].error).length;
      words.textContent = `${section.title}: ${answered} of ${mine.length} answered${refused ? `, ${refused} not accepted ⚠` : ""}`;
    }
  }
  function ask() {
    // A field that is asked for moves up, unless somebody is typing in the form.
    if (root.contains(document.activeElement)) return;
    const wanted = model.get("asked");
    for (const { mine, inside } of Object.values(folds)) mine.forEach((field) => { if (!wanted.includes(field.path)) inside.append(drawn[field.path].whole); });
    wanted.forEach((path) => asked.append(drawn[path].whole));
    asked.hidden = !wanted.length;
  }
  model.on("change:rows", show);
  model.on("change:asked", ask);
  show();
  ask();
  place.append(root);
  return () => { window.removeEventListener("keydown", ours, true); model.off("change:rows", show); model.off("change:asked", ask); };
}
export default { render };
