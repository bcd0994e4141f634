/// The script of every page. Without it the pictures stand side by side and everything else is the same.
enum PageScript {
    /// The text of the script element.
    static let text = """
        "use strict";
        for (const box of document.querySelectorAll(".compare")) {
          const pictures = [...box.querySelectorAll("img")];
          if (pictures.length < 2) continue;
          const stack = document.createElement("div"), below = new Image(), above = new Image();
          stack.className = "stack"; stack.append(below, above);
          const range = document.createElement("input");
          Object.assign(range, {type: "range", min: 0, max: 100, value: 50});
          range.setAttribute("aria-label", "Where the left picture ends");
          const choice = (label, index) => {
            const select = document.createElement("select");
            select.setAttribute("aria-label", label);
            pictures.forEach((picture, place) => select.add(new Option(picture.dataset.name, place)));
            select.selectedIndex = index;
            return select;
          };
          const left = choice("Left picture", Math.max(0, pictures.length - 2));
          const right = choice("Right picture", pictures.length - 1);
          const show = (image, picture) => {
            image.src = picture.src; image.alt = picture.alt; image.className = picture.className;
          };
          const update = () => {
            show(below, pictures[right.value]); show(above, pictures[left.value]);
            above.style.clipPath = `inset(0 ${100 - range.value}% 0 0)`;
          };
          for (const control of [range, left, right]) control.addEventListener("input", update);
          const controls = document.createElement("div");
          controls.className = "controls"; controls.append(left, range, right);
          const last = pictures[pictures.length - 1];
          below.width = last.width; below.height = last.height;
          box.querySelector(".pictures").hidden = true;
          box.prepend(stack, controls);
          update();
        }
        const save = document.getElementById("save-json");
        save.hidden = false;
        save.addEventListener("click", () => {
          const link = document.createElement("a");
          link.href = URL.createObjectURL(new Blob([document.getElementById("report-json").textContent],
            {type: "application/json"}));
          link.download = "report.json";
          link.click();
          URL.revokeObjectURL(link.href);
        });
        """
}
