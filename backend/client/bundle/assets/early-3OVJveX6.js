(()=>{// Runs before the first paint: the appearance and the language that were chosen, so that nothing flickers.
const chosen = (name) => {
	try {
		return window.localStorage.getItem(name);
	} catch {
		// Storage is missing or refused: the preferences of the system apply.
		return null;
	}
};
const theme = chosen("theme");
if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
const language = chosen("language") ?? navigator.language;
document.documentElement.lang = language.startsWith("ja") ? "ja" : "en";})()
