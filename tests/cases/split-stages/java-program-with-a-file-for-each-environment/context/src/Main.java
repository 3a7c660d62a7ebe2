import java.io.*;
public class Main { public static void main(String[] a) throws Exception { String e=System.getenv().getOrDefault("E","dev"); BufferedReader r=new BufferedReader(new FileReader("application-"+e+".properties")); System.out.println(r.readLine()); } }
