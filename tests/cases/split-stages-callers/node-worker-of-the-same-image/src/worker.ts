setInterval(() => console.log("work"), 1000);
