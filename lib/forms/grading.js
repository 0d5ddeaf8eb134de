// Grading by keyboard. Python says what is shown; keys and buttons go back as messages.
const el = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  node.append(...children.flat());
  return node;
};
const KEYS = { y: ["correct", true], n: ["correct", false], p: ["right_page", true], P: ["right_page", false],
  s: ["style", true], S: ["style", false], r: ["refusal", true], R: ["refusal", false] };
let forms = 0;

function render({ model, el: place }) {
  const id = `grading${++forms}`;
  const send = (message) => model.send(message);
  const now = () => model.get("shown");
  const button = (words, action, more = {}) => el("button", { type: "button", onclick: action, ...more }, words);
  const field = (label, value, action, more = {}) => {
    const box = el("input", { type: "text", value, onchange: () => action(box.value), ...more });
    return el("label", {}, `${label} `, box);
  };
  const grader = el("input", { type: "text", onchange: () => send({ do: "grader", name: grader.value }) });
  const mode = button("", () => send({ do: "mode", mode: now().mode === "side" ? "one" : "side" }));
  const where = el("strong", {});
  const summary = el("div", {});
  const message = el("p", { class: "message", role: "status" });
  // The whole card takes the keys: one Tab, then y and n until all is graded.
  const card = el("div", { class: "grading-card", tabindex: 0, role: "group", "aria-label": "Answers to grade by keyboard", "aria-describedby": `${id}-keys` });
  const more = el("details", {}, el("summary", {}, "Bring answers, export, judge, write into evidence"), el("div", {}));
  const keys = el("p", { class: "muted", id: `${id}-keys` },
    "Keys: y right, n wrong; p right page, s in style, r refused rightly (with Shift: not); the same key again takes it back; arrow left and right turn the page; 1, 2, 3 choose an answer.");
  const page = el("div", { class: "workbook grading", "data-lm-suppress-shortcuts": "true" },
    el("div", { class: "grading-bar" }, el("label", {}, "Grader ", grader), mode,
      button("Previous", () => send({ do: "go", step: -1 })), where, button("Next", () => send({ do: "go", step: 1 }))),
    card, keys, summary, message, more);
  // JupyterLab's own shortcuts must not act on these keys.
  page.addEventListener("keydown", (event) => event.stopPropagation());
  card.addEventListener("keydown", (event) => {
    if (["INPUT", "TEXTAREA"].includes(event.target.tagName) || event.ctrlKey || event.metaKey || event.altKey) return;
    const verdict = KEYS[event.key];
    if (verdict) send({ do: "grade", verdict: verdict[0], value: verdict[1], place: now().active });
    else if (event.key === "ArrowRight") send({ do: "go", step: 1 });
    else if (event.key === "ArrowLeft") send({ do: "go", step: -1 });
    else if (/^[1-9]$/.test(event.key)) send({ do: "choose", place: Number(event.key) - 1 });
    else return;
    event.preventDefault();
    card.focus();
  });

  function answer(shown, item, place) {
    const verdicts = Object.entries(shown.titles).map(([name, title]) => el("span", { class: "verdict", role: "group", "aria-label": title }, `${title} `,
      [["yes", true], ["no", false]].map(([words, value]) => button(words, () => send({ do: "grade", verdict: name, value, place }),
        { "aria-pressed": String(item[name] === value), "aria-label": `${title}: ${words}` }))));
    return el("section", { class: place === shown.active ? "active" : "", "aria-label": `Answer ${place + 1}`, "aria-current": place === shown.active ? "true" : null },
      el("h4", {}, `Answer ${place + 1}`), el("p", { class: "text" }, item.text), verdicts,
      field("Comment", item.comment, (text) => send({ do: "comment", text, place })));
  }

  function show() {
    const shown = now();
    if (!shown.answers) return;
    const focused = card.contains(document.activeElement);
    grader.value = shown.grader;
    mode.textContent = shown.mode === "side" ? "Show one by one" : "Show side by side";
    where.textContent = ` ${shown.mode === "side" ? "Question" : "Answer"} ${shown.place} `;
    card.replaceChildren(el("h4", {}, shown.question),
      el("p", { class: "muted" }, `Expected: ${shown.expected || "not stated"}${shown.source ? ` · Source: ${shown.source}` : ""}`),
      el("div", { class: "sides" }, shown.answers.map((item, place) => answer(shown, item, place))));
    if (focused) card.focus();
    summary.innerHTML = shown.summary;
    message.textContent = shown.message[0];
    message.classList.toggle("error", shown.message[1]);
    if (!more.contains(document.activeElement)) tools(shown);
  }

  function tools(shown) {
    const path = el("input", { type: "text", placeholder: "answers.csv" });
    const name = el("input", { type: "text", placeholder: "model at the endpoint" });
    const stands = shown.systems.map(([system, title, arm]) => [system, el("select", { "aria-label": `${title} stands for` },
      el("option", { value: "" }, "no architecture"), shown.arms.map(([value, words]) => el("option", { value, selected: value === arm }, words))), title]);
    more.lastChild.replaceChildren(
      el("p", {}, el("label", {}, "File of answers (CSV or JSONL with question_id, question, system, answer, expected, source) ", path), " ",
        button("Bring", () => send({ do: "import", path: path.value })), " ", button("Export grades as CSV", () => send({ do: "export" }))),
      el("p", {}, el("label", {}, "Model as a judge ", name), " ",
        shown.judging ? button("Stop", () => send({ do: "stop" })) : button("Let it grade", () => send({ do: "judge", model: name.value }))),
      el("p", {}, "Evidence: ", stands.map(([, select, title]) => el("label", {}, `${title} `, select, " ")),
        button("Write into the client's evidence", () => send({ do: "evidence", arm_of: Object.fromEntries(stands.map(([system, select]) => [system, select.value])) }))));
  }

  model.on("change:shown", show);
  show();
  place.append(page);
  return () => model.off("change:shown", show);
}
export default { render };
