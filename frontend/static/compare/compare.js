export default function ({ data, parentElement }) {
  const find = (selector) => parentElement.querySelector(selector);
  const frame = find(".frame");
  const slider = find("input");
  find(".before").src = data.before;
  find(".after").src = data.after;
  find(".left").textContent = data.before_label;
  find(".right").textContent = data.after_label;
  slider.setAttribute("aria-label", data.slider_label);
  slider.oninput = () => frame.style.setProperty("--x", `${slider.value}%`);
}
