window.api = "";
