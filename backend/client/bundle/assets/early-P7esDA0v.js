(()=>{// Runs before the first paint: the appearance and the language that were chosen, so that nothing flickers.
try {
	const theme = localStorage.getItem("theme");
	if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
	const language = localStorage.getItem("language") ?? navigator.language;
	document.documentElement.lang = language.startsWith("ja") ? "ja" : "en";
} catch {}})()
