System.Console.WriteLine("nothing new");
