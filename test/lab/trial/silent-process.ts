/** What is no block's process: it prints something and ends. */
console.log("not what you wait for");
